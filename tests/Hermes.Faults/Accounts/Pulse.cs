namespace Hermes.Faults.Accounts;

/// <summary>Notices when the machine leaves the conductor no time: then sessions may end by that, and not by a fault of the plan.</summary>
internal sealed class Pulse(RunClock clock)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly List<Standstill> _standstills = [];

    /// <summary>The times of a second and more in which it stood still.</summary>
    public IReadOnlyList<Standstill> Standstills
    {
        get
        {
            lock (_gate)
                return [.. _standstills];
        }
    }

    /// <summary>Something of the conductor's own, on which links wait, has taken so long.</summary>
    public void Note(TimeSpan took)
    {
        if (took <= Late)
            return;
        lock (_gate)
            _standstills.Add(new(clock.Now - took, clock.Now));
    }

    /// <summary>Beats until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            for (var last = clock.Now; await timer.WaitForNextTickAsync(stop); last = clock.Now)
                Note(clock.Now - last);
        }
        catch (OperationCanceledException) { } // enough
    }
}
