using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Deletes the group of a subscription that is gone, or offsets that a group has left behind: the offsets are kept in a
/// tombstone first, everything is looked at again just before, and each write is under the leader's guard. Any step may be
/// repeated after a crash (I5).</summary>
internal sealed partial class GroupDeletion(
    IZooKeeper zooKeeper, JanitorPaths paths, GroupRecords records, JanitorMetrics metrics, ILogger<GroupDeletion> logger, TimeProvider clock)
{
    // Kafka knows no fence. A leader that was held up for longer than this between its last look and its call looks again.
    private static readonly TimeSpan FenceMargin = TimeSpan.FromSeconds(2);
    private const int Looks = 5;

    /// <summary>Deletes it, if nothing speaks against it.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="what">What is to go.</param>
    /// <param name="expected">The offsets that it must have, since they are what was seen at rest; <see langword="null"/>: whatever it has.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="alongside">What is to be written in the same stroke when it is gone.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<DeletionOutcome> RunAsync(
        LeadershipTerm term, IDeletable what, IReadOnlyList<KeptOffset>? expected, string reason, DateTimeOffset now, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken)
    {
        var key = GroupKey.Of(what.Group, what.Topic);
        var before = await records.FindAsync(key, cancellationToken);
        if (await what.ObstacleAsync(cancellationToken) is { } obstacle)
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
        var offsets = await what.OffsetsAsync();
        if (expected is not null && !offsets.SequenceEqual(expected))
            return DeletionOutcome.Moved;
        var tombstone = new Tombstone
        {
            Group = what.Group,
            Topic = what.Topic,
            Subscription = what.Subscription.ToString(),
            Reason = reason,
            By = WorkerHost.Worker,
            At = now,
            Offsets = offsets,
        };
        await zooKeeper.MultiAsync([term.Guard, records.Write(tombstone, before?.Version)], cancellationToken);
        var version = (before?.Version + 1) ?? 0;

        if (await TryDeleteAsync(term, what, offsets, Operation.Check(paths.Tombstone(key), version), cancellationToken) is { } hindered)
        {
            // As it was: an earlier deletion's tombstone may still be wanted.
            var undone = before is { } earlier ? records.Write(earlier.Tombstone, version) : Operation.Delete(paths.Tombstone(key), version);
            await zooKeeper.MultiAsync([term.Guard, undone], cancellationToken);
            return hindered;
        }
        var account = $"{(what.Topic is { } topic ? $"its offsets of {topic} deleted" : "deleted")}: {reason}; {offsets.Count} offsets kept";
        await zooKeeper.MultiAsync(
            [term.Guard, records.Write(tombstone with { IsDeleted = true }, version), records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, what.Group, account)), .. alongside], cancellationToken);
        metrics.Deleted(what.Topic is null ? "group" : "offsets");
        Log.Deleted(logger, key, reason, offsets.Count);
        return DeletionOutcome.Deleted;
    }

    /// <summary>Between the first look and here somebody may have come, or have committed for a subscription that he is about to
    /// create (C3); and a leader that was frozen here must not act by what it saw before.</summary>
    /// <returns>What stands in the way; <see langword="null"/>: it is gone.</returns>
    private async Task<DeletionOutcome?> TryDeleteAsync(
        LeadershipTerm term, IDeletable what, IReadOnlyList<KeptOffset> offsets, Operation tombstoneStands, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var looked = clock.GetTimestamp();
            if (await what.ObstacleAsync(cancellationToken) is { } obstacle)
                return obstacle is DeletionOutcome.Absent ? null : obstacle; // another's deletion came in between: the tombstone has what it took
            if (!offsets.SequenceEqual(await what.OffsetsAsync()))
                return DeletionOutcome.Moved;
            await zooKeeper.MultiAsync([term.Guard, tombstoneStands], cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(looked) <= FenceMargin)
                return await what.TryDeleteAsync(offsets) ? null : DeletionOutcome.NotEmpty;
        }
        return DeletionOutcome.TooSlow;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Deleted, LogLevel.Information, "Deleted consumer group {Group} ({Reason}); {Offsets} offsets are kept in its tombstone")]
        public static partial void Deleted(ILogger logger, string group, string reason, int offsets);
    }
}
