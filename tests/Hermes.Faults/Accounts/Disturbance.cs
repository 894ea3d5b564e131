using Hermes.Faults.Plans;

namespace Hermes.Faults.Accounts;

/// <summary>A fault as it was carried out.</summary>
/// <param name="Fault">Its line of the plan.</param>
/// <param name="Begin">When it began.</param>
internal sealed record Disturbance(PlannedFault Fault, TimeSpan Begin) : IExcuse
{
    /// <summary>What a commit may lag behind a delivery: the interval of commits (1 s), and as much again for a busy machine.</summary>
    public static TimeSpan CommitLag { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a process may take, once it runs or hears again, to learn that its partitions are another's: the group's
    /// session (6 s) and what a rebalance takes.</summary>
    public static TimeSpan Aftermath { get; } = TimeSpan.FromSeconds(10);

    /// <summary>When it was over: all processes run, all links stand; unset while it lasts.</summary>
    public TimeSpan? End { get; set; }

    private string Worker => Fault.Target.Split('/')[0];

    private string Service => Fault.Target.Contains('/', StringComparison.Ordinal) ? Fault.Target.Split('/')[1] : "";

    /// <inheritdoc/>
    /// <remarks>A clean stop, a fault of the endpoint, of the schema registry, a clock and (but for replays, whose checkpoints are there)
    /// ZooKeeper excuse nothing.</remarks>
    public bool Excuses(Delivery delivery)
    {
        var isReplay = delivery.Job is not null;
        var isIts = delivery.Origin.Name == Worker;
        return Fault.Kind switch
        {
            FaultKind.Kill when isIts => Within(delivery.At, TimeSpan.Zero, Begin + CommitLag),
            FaultKind.Freeze when isIts => Within(delivery.At, Aftermath),
            FaultKind.Cut or FaultKind.Stall or FaultKind.Slow when isIts => Service != Targets.Schemas && (Service != "zookeeper" || isReplay) && Within(delivery.At, Aftermath),
            FaultKind.Kill or FaultKind.Freeze or FaultKind.Fill when Fault.Target == Targets.Broker => Within(delivery.At, Aftermath),
            FaultKind.Kill or FaultKind.Freeze or FaultKind.Fill when Targets.ZooKeeper.Contains(Fault.Target) => isReplay && Within(delivery.At, Aftermath),
            _ => false,
        };
    }

    /// <inheritdoc/>
    /// <remarks>A frozen process goes on where it stood, and one that Kafka does not reach goes on until it hears: both may have lost their
    /// partitions meanwhile.</remarks>
    public bool HeldBack(Delivery delivery) => delivery.Origin.Name == Worker && delivery.At >= Begin && Within(delivery.At, Aftermath)
        && (Fault.Kind is FaultKind.Freeze || (Fault.Kind is FaultKind.Cut or FaultKind.Stall or FaultKind.Slow && Service == Targets.Broker));

    /// <inheritdoc/>
    public bool KeepsFromEndpoint => Fault switch
    {
        { Kind: FaultKind.Refuse or FaultKind.Hang, Target: Targets.Endpoint } => true,
        { Kind: FaultKind.Cut or FaultKind.Stall } => Service == Targets.Endpoint,
        _ => false,
    };

    /// <inheritdoc/>
    public bool Meets(TimeSpan from, TimeSpan to) => Begin <= to && (End ?? TimeSpan.MaxValue) >= from;

    public override string ToString() => $"{Fault.ToString().Trim()} (at {Begin.TotalSeconds:0.00} s)";

    private bool Within(TimeSpan at, TimeSpan after, TimeSpan? until = null) =>
        at >= Begin - CommitLag && at <= (until ?? (End is { } end ? end + after : TimeSpan.MaxValue));
}
