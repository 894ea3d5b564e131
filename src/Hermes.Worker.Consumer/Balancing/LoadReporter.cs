using Hermes.Shared.Fleet;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Membership;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Tells the leader of a fleet that balances by weight what this worker has to do. What is not told weighs nothing.</summary>
internal sealed partial class LoadReporter(
    IZooKeeper zooKeeper, FleetPaths paths, ConsumerId id, Registration registration, LiveRuns live, ConsumerOptions consumer, BalancingOptions options,
    ILogger<LoadReporter> logger, TimeProvider clock) : BackgroundService
{
    private readonly Dictionary<ServingRun, long> _operations = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (consumer.Workload is not Workload.Assigned || options.Strategy is not BalancingStrategy.Weighted)
            return;
        try
        {
            await registration.WhenRegisteredAsync(stoppingToken);
            var (last, cpu) = (clock.GetTimestamp(), Environment.CpuUsage.TotalTime);
            while (true)
            {
                await Task.Delay(options.LoadReportInterval, clock, stoppingToken);
                var passed = clock.GetElapsedTime(last);
                var used = Environment.CpuUsage.TotalTime - cpu;
                (last, cpu) = (last + (long)(passed.TotalSeconds * clock.TimestampFrequency), cpu + used);
                await TryReportAsync(new(Math.Clamp(used / passed / Environment.ProcessorCount, 0, 1), Operations(passed)), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private Dictionary<long, double> Operations(TimeSpan passed)
    {
        var operations = new Dictionary<long, double>();
        var runs = live.All;
        foreach (var run in runs)
        {
            var now = run.Operations;
            operations[run.Subscription.Identity] = (now - _operations.GetValueOrDefault(run)) / passed.TotalSeconds;
            _operations[run] = now;
        }
        foreach (var gone in _operations.Keys.Except(runs).ToList())
            _operations.Remove(gone);
        return operations;
    }

    private async Task TryReportAsync(ConsumerLoad load, CancellationToken stoppingToken)
    {
        try
        {
            var path = paths.Load(id.Value);
            if (await zooKeeper.FindAsync(path, stoppingToken) is { } stat)
            {
                if (stat.EphemeralOwner == zooKeeper.Session.Id)
                {
                    await zooKeeper.SetAsync(path, load.Write(), NodeVersion.Any, stoppingToken);
                    return;
                }
                await zooKeeper.DeleteAsync(path, stat.Version, stoppingToken); // of a session before, which ends when it ends
            }
            await zooKeeper.CreateAsync(path, load.Write(), CreateMode.Ephemeral, stoppingToken);
        }
        catch (Exception e) when (e is IOException or ZooKeeperException)
        {
            Log.NotReported(logger, e); // the next time is another
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.LoadNotReported, LogLevel.Warning, "The load could not be reported to the leader; the next report comes in its time")]
        public static partial void NotReported(ILogger logger, Exception exception);
    }
}
