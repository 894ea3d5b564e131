using System.Collections.Concurrent;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Leadership;

/// <summary>Stands for leader: of all janitors one works, the others stand by.</summary>
internal sealed partial class Leader(
    IZooKeeper zooKeeper, JanitorPaths paths, GroupRecords records, ClusterGuard cluster, JanitorMetrics metrics, ILogger<Leader> logger, TimeProvider clock,
    Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, Outage> _outages = new(StringComparer.Ordinal);
    private volatile LeaderLatch? _latch;

    /// <summary>Does a duty's work if this janitor leads, and no longer than it does.</summary>
    public async Task WhileLeadingAsync(string duty, Func<LeadershipTerm, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (_latch?.Term is not { } term)
            return;
        var outage = _outages.GetOrAdd(duty, static (name, self) => new($"The duty {name}", self.logger, self.clock), (logger, clock));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(term.Ended, cancellationToken);
        try
        {
            await cluster.CheckAsync(term, either.Token);
            await work(term, either.Token);
            outage.Works();
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Another leads by now, or we stop.
        }
        catch (Exception e) // whatever it was, the next time is another (C1)
        {
            metrics.RunFailed();
            if (outage.Fails(e))
                Log.RunFailed(logger, e, duty);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var heartbeat = heartbeats.Register("leadership", LongestSilence, Servers.ZooKeeper);
        try
        {
            await CreateFoldersAsync(heartbeat, stoppingToken);
            heartbeat.Rest();
            await using var latch = LeaderLatch.Start(zooKeeper, paths.Leader, WorkerSignature.Text, logger, clock);
            _latch = latch;
            while (true)
            {
                var term = await latch.WhenLeaderAsync(stoppingToken);
                Log.Leads(logger, term.FencingNumber);
                var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var _ = term.Ended.UnsafeRegister(static e => ((TaskCompletionSource)e!).TrySetResult(), ended);
                await ended.Task.WaitAsync(stoppingToken);
                Log.LeadsNoMore(logger);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop: the candidacy is taken back.
        }
        finally
        {
            _latch = null;
        }
    }

    private async Task CreateFoldersAsync(Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        var outage = new Outage("The janitor's folders", logger, clock);
        while (true)
        {
            heartbeat.Beat();
            try
            {
                await records.CreateFoldersAsync(cancellationToken);
                outage.Works();
                return;
            }
            catch (Exception e) when (e is IOException or ZooKeeperException)
            {
                // E.g. an installation that has no root yet: it may still come.
                if (outage.Fails(e))
                    Log.NoFolders(logger, e, RetryPause);
                await Task.Delay(RetryPause, clock, cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Leads, LogLevel.Information, "This janitor leads (fencing number {Number})")]
        public static partial void Leads(ILogger logger, long number);

        [LoggerMessage(LogEvents.LeadsNoMore, LogLevel.Information, "This janitor leads no more")]
        public static partial void LeadsNoMore(ILogger logger);

        [LoggerMessage(LogEvents.RunFailed, LogLevel.Error, "The duty {Duty} ran into a failure; it is done again at its next time")]
        public static partial void RunFailed(ILogger logger, Exception exception, string duty);

        [LoggerMessage(LogEvents.NoFolders, LogLevel.Warning, "The janitor's folders cannot be made; tried again in {Pause}")]
        public static partial void NoFolders(ILogger logger, Exception exception, TimeSpan pause);
    }
}
