using Hermes.Shared.Fleet;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Balancing;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Rates;

/// <summary>The leader's work on rates: shares each serial subscription's rate out over the consumers that it is assigned to.</summary>
internal sealed partial class RateLeader(
    IZooKeeper zooKeeper, FleetPaths paths, RegistryView registry, AssignmentView assignments, RateOptions options, ILogger<RateLeader> logger, TimeProvider clock, Heartbeats heartbeats)
{
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private readonly Outage _outage = new("The sharing of rates", logger, clock);

    /// <summary>Shares out until the term ends: at each change what somebody lacks, and by time what some use and others do not.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken ended)
    {
        using var heartbeat = heartbeats.Register("sharing of rates", LongestSilence, Servers.ZooKeeper);
        using var nudge = new Nudge();
        var changes = registry.Subscribe();
        var following = nudge.FollowAsync(changes, ended);
        assignments.Listen(nudge);
        var last = clock.GetTimestamp();
        try
        {
            while (true)
            {
                heartbeat.Beat();
                var isTime = clock.GetElapsedTime(last) >= options.BalanceInterval;
                if (isTime)
                    last = clock.GetTimestamp();
                var patience = await TryRoundAsync(term, isTime, ended) ? options.BalanceInterval - clock.GetElapsedTime(last) : RetryPause;
                await Task.Delay(BetweenRounds, clock, ended);
                heartbeat.Rest(options.BalanceInterval);
                await nudge.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Another leads now, or we stop.
        }
        finally
        {
            assignments.Unlisten(nudge);
            registry.Unsubscribe(changes);
            await following;
        }
    }

    private async Task<bool> TryRoundAsync(LeadershipTerm term, bool isTime, CancellationToken ended)
    {
        try
        {
            if (assignments.IsCurrent && registry.IsCurrent)
                await RoundAsync(term, isTime, ended);
            _outage.Works();
            return true;
        }
        catch (MultiFailedException e)
        {
            Log.Overtaken(logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ended.IsCancellationRequested)
        {
            if (_outage.Fails(e))
                Log.RoundFailed(logger, e, RetryPause);
        }
        return false;
    }

    private async Task RoundAsync(LeadershipTerm term, bool isTime, CancellationToken ended)
    {
        var work = assignments.Nodes.Where(n => n.Value.Work is { Count: > 0 }).ToDictionary(n => n.Key, n => n.Value.Work!, StringComparer.Ordinal);
        var known = new Dictionary<string, KnownRates>(StringComparer.Ordinal);
        foreach (var consumer in work.Keys)
            known[consumer] = await KnownRates.ReadAsync(zooKeeper, paths, consumer, logger, ended);
        var next = work.Keys.ToDictionary(c => c, c => new Dictionary<long, double>(), StringComparer.Ordinal);
        foreach (var subscription in registry.Subscriptions.Where(s => s.Document is { IsServed: true, DeliveryType: null or DeliveryTypes.Serial }))
        {
            var id = subscription.Identity;
            var shares = work.Where(w => w.Value.Contains(id)).ToDictionary(w => w.Key, w => known[w.Key].ShareOf(id), StringComparer.Ordinal);
            if (shares.Count == 0)
                continue;
            double rate = Math.Max(subscription.Document.SubscriptionPolicy?.Rate ?? SubscriptionPolicy.DefaultRate, 1);
            var changed = isTime ? RateNegotiation.Next(rate, shares, options) : RateNegotiation.Begin(rate, shares, options);
            foreach (var (consumer, share) in shares)
                next[consumer][id] = changed?[consumer] ?? share.Max!.Value;
        }
        var writes = new List<Operation>();
        foreach (var (consumer, rates) in next)
            known[consumer].AddWrite(writes, rates);
        foreach (var gone in (await zooKeeper.TryGetChildrenAsync(paths.Rates, ended))?.Names.Except(work.Keys, StringComparer.Ordinal) ?? [])
            await AddDeletionAsync(writes, gone, ended);
        await zooKeeper.WriteAsync(term, writes, ended);
    }

    /// <summary>The rates of one that has no work are nobody's.</summary>
    private async Task AddDeletionAsync(List<Operation> writes, string consumer, CancellationToken cancellationToken)
    {
        foreach (var child in (await zooKeeper.TryGetChildrenAsync(paths.Rate(consumer), cancellationToken))?.Names ?? [])
            writes.Add(Operation.Delete($"{paths.Rate(consumer)}/{child}", NodeVersion.Any));
        writes.Add(Operation.Delete(paths.Rate(consumer), NodeVersion.Any));
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.RatesOvertaken, LogLevel.Debug, "Rates were out of date before they were written, and are shared out anew: {Reason}")]
        public static partial void Overtaken(ILogger logger, string reason);

        [LoggerMessage(LogEvents.RatesFailed, LogLevel.Warning, "Rates could not be shared out now; tried again in {Pause}")]
        public static partial void RoundFailed(ILogger logger, Exception exception, TimeSpan pause);
    }
}
