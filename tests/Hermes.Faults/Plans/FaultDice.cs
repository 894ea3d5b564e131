namespace Hermes.Faults.Plans;

/// <summary>Makes plans.</summary>
internal static class FaultDice
{
    // Beyond the sessions' time-outs (ZooKeeper 4 s, groups 6 s), and well within them.
    private const double LongFault = 9, ShortFault = 0.5;

    /// <summary>A plan of so many faults, one beginning every <paramref name="gap"/> on average; the same for the same arguments.</summary>
    /// <param name="seed">What decides.</param>
    /// <param name="count">How many faults.</param>
    /// <param name="gap">The mean time between two beginnings.</param>
    /// <param name="kinds">What may happen.</param>
    public static FaultPlan Throw(int seed, int count, TimeSpan gap, IReadOnlyList<FaultKind> kinds)
    {
        var dice = new Random(seed);
        var pool = kinds.SelectMany(k => Enumerable.Repeat(k, Weight(k))).ToList();
        var faults = new List<PlannedFault>();
        var at = TimeSpan.Zero;
        while (faults.Count < count)
        {
            at += gap * (0.4 + (1.2 * dice.NextDouble()));
            var kind = pool[dice.Next(pool.Count)];
            var targets = Targets.Of(kind);
            var target = targets[dice.Next(targets.Count)];
            var fault = new PlannedFault(Round(at), kind, target, Round(TimeSpan.FromSeconds(Length(kind, dice))));
            // A target has one fault at a time, and the ensemble keeps its majority half of the time only by luck: both are wanted.
            if (faults.TrueForAll(f => f.Target != fault.Target || f.End + TimeSpan.FromSeconds(1) < fault.At))
                faults.Add(fault);
        }
        return new(seed, faults);
    }

    // Processes and links are many, disks, endpoints and registries few.
    private static int Weight(FaultKind kind) => kind switch
    {
        FaultKind.Kill or FaultKind.Freeze => 4,
        FaultKind.Cut or FaultKind.Stall => 3,
        FaultKind.Stop or FaultKind.Slow => 2,
        _ => 1,
    };

    private static double Length(FaultKind kind, Random dice) => kind switch
    {
        // As long as a supervisor takes to start it again.
        FaultKind.Kill or FaultKind.Stop => 0.2 + (2 * dice.NextDouble()),
        FaultKind.Fill => 1 + (3 * dice.NextDouble()),
        _ => dice.Next(2) == 0 ? ShortFault + (2 * dice.NextDouble()) : LongFault - (3 * dice.NextDouble()),
    };

    private static TimeSpan Round(TimeSpan time) => TimeSpan.FromSeconds(Math.Round(time.TotalSeconds, 2));
}
