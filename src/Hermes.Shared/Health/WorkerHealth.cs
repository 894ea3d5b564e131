using Microsoft.Extensions.Hosting;

namespace Hermes.Shared.Health;

/// <summary>How the process is: its loops, and the servers that it needs.</summary>
internal sealed class WorkerHealth(
    Heartbeats heartbeats, ZooKeeperWatch zooKeeper, KafkaWatch kafka, IHostApplicationLifetime lifetime, IEnumerable<ReadyCheck> checks)
{
    private volatile bool _hasStarted;

    /// <summary>A look at all of it.</summary>
    public HealthReport Look()
    {
        var report = new HealthReport(
            zooKeeper.State, kafka.State, [.. checks.Select(c => (c.Name, c.Fault()))], heartbeats.Loops,
            lifetime.ApplicationStarted.IsCancellationRequested, lifetime.ApplicationStopping.IsCancellationRequested);
        // What has started stays so: a server that goes away afterwards is a matter of readiness.
        _hasStarted |= report.StartFaults.Count == 0;
        return report with { HasStarted = _hasStarted };
    }
}
