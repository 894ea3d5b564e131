using Hermes.Shared.Fleet;
using Hermes.Worker.Consumer.Membership;
using Hermes.Worker.Consumer.Rates;
using Hermes.Worker.Consumer.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Stands for leader of the fleet, beside Hermes's own consumers if there are any, and does the leader's work while it leads.</summary>
internal sealed partial class FleetLeader(
    IZooKeeper zooKeeper, FleetPaths paths, ConsumerId id, Registration registration, Balancer balancer, RateLeader rates, ConsumerOptions options, ConsumerMetrics metrics,
    ILogger<FleetLeader> logger, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options is not { Workload: Workload.Assigned, AutoRebalance: true })
            return;
        try
        {
            await registration.WhenRegisteredAsync(stoppingToken);
            await using var latch = LeaderLatch.Start(zooKeeper, paths.Leader, id.Value, logger, clock);
            while (!stoppingToken.IsCancellationRequested)
            {
                var term = await latch.WhenLeaderAsync(stoppingToken);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(term.Ended, stoppingToken);
                Log.Leads(logger, term.FencingNumber);
                metrics.Leading(+1);
                await Task.WhenAll(balancer.RunAsync(term, ended.Token), rates.RunAsync(term, ended.Token));
                metrics.Leading(-1);
                Log.LeadsNoMore(logger);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop: the candidacy is taken back.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Leads, LogLevel.Information, "This worker leads the fleet (fencing number {Number})")]
        public static partial void Leads(ILogger logger, long number);

        [LoggerMessage(LogEvents.LeadsNoMore, LogLevel.Information, "This worker leads the fleet no more")]
        public static partial void LeadsNoMore(ILogger logger);
    }
}
