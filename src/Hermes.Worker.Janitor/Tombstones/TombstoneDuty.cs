using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Tombstones;

/// <summary>Gives offsets back to a subscription that appeared just after its group was deleted, and sweeps old tombstones and
/// old history.</summary>
/// <remarks>Management commits a new subscription's offsets before its node is there (C3). A deletion in between takes them, and
/// keeps them in the tombstone: so a subscription that appears soon afterwards, and whose group has no offsets, gets those.</remarks>
internal sealed partial class TombstoneDuty(
    IZooKeeper zooKeeper, HermesPaths hermes, JanitorPaths paths, GroupRecords records, GroupRestorer restorer, KafkaAdministration kafka, ServerClock server,
    JanitorOptions options, JanitorMetrics metrics, ILogger<TombstoneDuty> logger)
{
    private const int SweptAtOnce = 100;

    /// <summary>Looks at all tombstones and the history once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var now = await server.NowAsync(cancellationToken);
        foreach (var old in (await records.ForgetAsync(now - options.HistoryRetention, cancellationToken)).Chunk(SweptAtOnce))
            await zooKeeper.MultiAsync([term.Guard, .. old], cancellationToken);
        var groups = await records.ListAsync(cancellationToken);
        foreach (var group in groups)
        {
            try
            {
                if (await records.FindAsync(group, cancellationToken) is { } found)
                    await LookAsync(term, found.Tombstone, found.Version, now, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException) // the others go on
            {
                Log.Failed(logger, e, group);
            }
        }
    }

    private async Task LookAsync(LeadershipTerm term, Tombstone tombstone, int version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var age = now - tombstone.At;
        if (age > options.TombstoneRetention)
        {
            await zooKeeper.MultiAsync([term.Guard, Operation.Delete(paths.Tombstone(tombstone.Group), version)], cancellationToken);
            Log.Swept(logger, tombstone.Group, age);
            return;
        }
        if (tombstone is not { IsDeleted: true, RestoredAt: null } || age > options.RepairWindow || tombstone.Offsets.Count == 0)
            return;
        if (!SubscriptionName.TryParse(tombstone.Subscription, out var subscription) || await zooKeeper.FindAsync(hermes.Subscription(subscription), cancellationToken) is null)
            return;
        if ((await kafka.CommittedAsync(tombstone.Group)).Count > 0)
            return; // it has offsets of its own
        var how = await restorer.RestoreAsync(tombstone, "its subscription appeared just after the deletion", cancellationToken);
        metrics.Restored();
        Log.Restored(logger, tombstone.Group, how);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Swept, LogLevel.Information, "The tombstone of group {Group} is deleted: it was {Age} old")]
        public static partial void Swept(ILogger logger, string group, TimeSpan age);

        [LoggerMessage(LogEvents.Restored, LogLevel.Warning, "Group {Group} got its offsets back ({How}): its subscription appeared just after the deletion")]
        public static partial void Restored(ILogger logger, string group, string how);

        [LoggerMessage(LogEvents.TombstoneFailed, LogLevel.Warning, "The tombstone of group {Group} ran into a failure; it is kept, and looked at again")]
        public static partial void Failed(ILogger logger, Exception exception, string group);
    }
}
