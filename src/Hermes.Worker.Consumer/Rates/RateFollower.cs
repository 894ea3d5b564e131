using Hermes.Shared.Fleet;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Membership;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Rates;

/// <summary>This worker's side of the shared rates: keeps to what the leader allows it, and tells how much of it it uses.</summary>
internal sealed partial class RateFollower(
    IZooKeeper zooKeeper, FleetPaths paths, ConsumerId id, Registration registration, AssignmentView assignments, AgreedRates agreed, LiveRuns live, ConsumerOptions consumer, RateOptions options,
    ILogger<RateFollower> logger, TimeProvider clock, Heartbeats heartbeats) : BackgroundService
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private readonly UsedShares _used = new(options);
    private readonly Dictionary<ServingRun, (long Attempts, long At)> _measured = [];
    private readonly Outage _outage = new("The use of the rates", logger, clock);
    private bool _isTold = true;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (consumer.Workload is not Workload.Assigned)
            return;
        using var heartbeat = heartbeats.Register("rates", LongestSilence, Servers.ZooKeeper);
        using var nudge = new Nudge();
        try
        {
            heartbeat.Rest();
            await registration.WhenRegisteredAsync(stoppingToken);
            var following = agreed.TellAsync(nudge, stoppingToken);
            assignments.Listen(nudge);
            live.Listen(nudge);
            await FollowAsync(nudge, heartbeat, stoppingToken);
            await following;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            assignments.Unlisten(nudge);
            live.Unlisten(nudge);
        }
    }

    private async Task FollowAsync(Nudge nudge, Heartbeat heartbeat, CancellationToken stoppingToken)
    {
        for (var last = clock.GetTimestamp(); !stoppingToken.IsCancellationRequested;)
        {
            heartbeat.Beat();
            foreach (var run in live.All)
                run.MaxRate = agreed.ShareOf(run.Subscription);
            if (clock.GetElapsedTime(last) >= options.UpdateInterval)
            {
                last = clock.GetTimestamp();
                await TryTellAsync(stoppingToken);
            }
            var patience = options.UpdateInterval - clock.GetElapsedTime(last);
            heartbeat.Rest(options.UpdateInterval);
            await nudge.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, stoppingToken);
        }
    }

    private async Task TryTellAsync(CancellationToken stoppingToken)
    {
        var runs = new List<ServingRun>();
        var now = clock.GetTimestamp();
        foreach (var run in live.All)
        {
            if (agreed.ShareOf(run.Subscription) is not { } share)
                continue;
            runs.Add(run);
            var attempts = run.Attempts;
            if (_measured.TryGetValue(run, out var before))
                _isTold &= !_used.Note(run.Subscription.Identity, (attempts - before.Attempts) / clock.GetElapsedTime(before.At, now).TotalSeconds, share);
            _measured[run] = (attempts, now);
        }
        foreach (var gone in _measured.Keys.Except(runs).ToList())
            _measured.Remove(gone);
        _isTold &= !_used.Keep(runs.Select(r => r.Subscription.Identity).ToHashSet());
        if (_isTold)
            return;
        try
        {
            await WriteAsync(RateHistories.Write(_used.Histories), stoppingToken);
            _isTold = true;
            _outage.Works();
        }
        catch (Exception e) when (e is IOException or ZooKeeperException)
        {
            if (_outage.Fails(e))
                Log.NotTold(logger, e); // the next time is another
        }
    }

    private async Task WriteAsync(byte[] histories, CancellationToken cancellationToken)
    {
        var path = paths.RateHistory(id.Value);
        try
        {
            await zooKeeper.SetAsync(path, histories, NodeVersion.Any, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            await zooKeeper.CreateMissingAsync(cancellationToken, paths.Rate(id.Value));
            await zooKeeper.CreateAsync(path, histories, CreateMode.Persistent, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.RatesNotTold, LogLevel.Warning, "The use of the rates could not be told to the leader; tried again")]
        public static partial void NotTold(ILogger logger, Exception exception);
    }
}
