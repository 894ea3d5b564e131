using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Deletes the group of a subscription that is gone: its offsets are kept in a tombstone first, everything is looked at
/// again just before, and each write is under the leader's guard. Any step may be repeated after a crash (I5).</summary>
internal sealed partial class GroupDeletion(
    IZooKeeper zooKeeper, HermesPaths hermes, JobPaths jobs, JanitorPaths paths, GroupRecords records, KafkaAdministration kafka, KafkaNames names,
    JanitorMetrics metrics, ILogger<GroupDeletion> logger, TimeProvider clock)
{
    // Kafka knows no fence. A leader that was frozen for longer than this between its last look at its term and its call looks again.
    private static readonly TimeSpan FenceMargin = TimeSpan.FromSeconds(1);

    /// <summary>Deletes the group, if nothing speaks against it.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="subscription">Whose group.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="alongside">What is to be written in the same stroke when the group is gone.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<DeletionOutcome> RunAsync(
        LeadershipTerm term, SubscriptionName subscription, string reason, DateTimeOffset now, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken)
    {
        var group = names.ConsumerGroup(subscription);
        var before = await records.FindAsync(group, cancellationToken);
        if (await ObstacleAsync(subscription, group, cancellationToken) is { } obstacle)
        {
            if (obstacle is not DeletionOutcome.Absent)
                return obstacle;
            // Deleted by one who died before the account of it was written; or there never was one.
            var unwritten = before is { Tombstone: { IsDeleted: false, RestoredAt: null } };
            await zooKeeper.MultiAsync(
            [
                term.Guard,
                .. unwritten ? [records.Write(before!.Value.Tombstone with { IsDeleted = true }, before.Value.Version)] : Array.Empty<Operation>(),
                .. alongside,
            ], cancellationToken);
            return DeletionOutcome.Absent;
        }
        var offsets = await KeptAsync(group);
        var tombstone = new Tombstone { Group = group, Subscription = subscription.ToString(), Reason = reason, By = WorkerHost.Worker, At = now, Offsets = offsets };
        await zooKeeper.MultiAsync([term.Guard, records.Write(tombstone, before?.Version)], cancellationToken);
        var version = (before?.Version + 1) ?? 0;

        // Between here and the first look somebody may have come, or have committed for a subscription that he is about to create (C3).
        var changed = await ObstacleAsync(subscription, group, cancellationToken) ?? (offsets.SequenceEqual(await KeptAsync(group)) ? null : DeletionOutcome.Moved);
        if (changed is not null || !await TryDeleteAsync(term, group, version, cancellationToken))
        {
            await zooKeeper.MultiAsync([term.Guard, Operation.Delete(paths.Tombstone(group), version)], cancellationToken);
            return changed ?? DeletionOutcome.NotEmpty;
        }
        var what = $"deleted: {reason}; {offsets.Count} offsets kept";
        await zooKeeper.MultiAsync(
            [term.Guard, records.Write(tombstone with { IsDeleted = true }, version), records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, group, what)), .. alongside], cancellationToken);
        metrics.Deleted();
        Log.Deleted(logger, group, reason, offsets.Count);
        return DeletionOutcome.Deleted;
    }

    private async Task<DeletionOutcome?> ObstacleAsync(SubscriptionName subscription, string group, CancellationToken cancellationToken)
    {
        await zooKeeper.SyncAsync(hermes.Groups, cancellationToken);
        if (await zooKeeper.FindAsync(hermes.Subscription(subscription), cancellationToken) is not null)
            return DeletionOutcome.SubscriptionIsBack;
        if (await zooKeeper.FindAsync(jobs.Active(subscription), cancellationToken) is not null)
            return DeletionOutcome.Retransmitted;
        return await kafka.FindGroupAsync(group) switch
        {
            null => DeletionOutcome.Absent,
            { State: not ConsumerGroupState.Empty } or { Members: > 0 } => DeletionOutcome.NotEmpty,
            _ => null,
        };
    }

    /// <returns>False: it has members.</returns>
    private async Task<bool> TryDeleteAsync(LeadershipTerm term, string group, int version, CancellationToken cancellationToken)
    {
        long asked;
        do
        {
            asked = clock.GetTimestamp();
            await zooKeeper.MultiAsync([term.Guard, Operation.Check(paths.Tombstone(group), version)], cancellationToken);
        }
        while (clock.GetElapsedTime(asked) > FenceMargin);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await kafka.DeleteGroupAsync(group);
            return true;
        }
        catch (Confluent.Kafka.Admin.DeleteGroupsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NonEmptyGroup))
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<KeptOffset>> KeptAsync(string group) => KeptOffset.Of(await kafka.CommittedAsync(group));

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Deleted, LogLevel.Information, "Deleted consumer group {Group} ({Reason}); {Offsets} offsets are kept in its tombstone")]
        public static partial void Deleted(ILogger logger, string group, string reason, int offsets);
    }
}
