using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Deletes the groups of subscriptions that are gone, and offsets that groups have left behind: the offsets are kept in
/// tombstones first, everything is looked at again just before, and each write is under the leader's guard. Any step may be
/// repeated after a crash (I5). Whole groups go side by side, each step for all of them at once; what stands in the way of one, or
/// fails for it, concerns no other.</summary>
internal sealed partial class GroupDeletion(
    JanitorPaths paths, GroupRecords records, DeletionAccounts accounts, GuardedWrites writes, FreshLook looks, IGroupAdministration kafka, JanitorMetrics metrics, ILogger<GroupDeletion> logger, TimeProvider clock)
{
    /// <summary>Groups that go side by side.</summary>
    public const int MostAtOnce = 50;

    // Kafka knows no fence. A leader that was held up for longer than this between its last look and its call looks again.
    private static readonly TimeSpan FenceMargin = TimeSpan.FromSeconds(2);
    private const int Looks = 5;

    /// <summary>Deletes those against which nothing speaks, and says of each how it ended.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="all">What is to go.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="MultiFailedException">Another leads by now.</exception>
    public async Task RunAsync(LeadershipTerm term, IReadOnlyList<Deletion> all, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var groups in all.Where(d => d.What.Topic is null).Chunk(MostAtOnce))
            await RunSideBySideAsync(term, groups, now, cancellationToken);
        // Kafka removes the offsets of one group at a time: each has looks of its own, so that the last is no older than the first.
        foreach (var offsets in all.Where(d => d.What.Topic is not null))
            await RunSideBySideAsync(term, [offsets], now, cancellationToken);
    }

    private async Task RunSideBySideAsync(LeadershipTerm term, Deletion[] all, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await Task.WhenAll(all.Select(d => LearnAsync(d, cancellationToken)));
        await LookAsync([.. all.Where(d => d.IsOpen)], d => d.Expected, cancellationToken, keep: (d, offsets) => d.Now = (new()
        {
            Group = d.What.Group,
            Topic = d.What.Topic,
            Subscription = d.What.Subscription.ToString(),
            Reason = d.Reason,
            By = WorkerHost.Worker,
            At = now,
            Offsets = offsets,
        }, (d.Before?.Version + 1) ?? 0));

        // There never was one; or it was deleted by one who died before the account of it was written.
        await writes.EachAsync(term, all.Where(d => d.Outcome is DeletionOutcome.Absent), d =>
            [.. d.Before is ({ IsUnsettled: true } unwritten, var version) ? accounts.Of(unwritten, version) : [], .. d.Alongside], cancellationToken);

        var written = await writes.EachAsync(term, all.Where(d => d.IsOpen), d => [records.Write(d.Now!.Value.Tombstone, d.Before?.Version)], cancellationToken);
        await DeleteAsync(term, written, cancellationToken);

        // As it was: an earlier deletion's tombstone may still be wanted.
        await writes.EachAsync(term, written.Where(d => d.Failure is null && d.Outcome is not DeletionOutcome.Deleted), d =>
            [d.Before is var (earlier, _) ? records.Write(earlier, d.Now!.Value.Version) : Operation.Delete(paths.Tombstone(d.Key), d.Now!.Value.Version)], cancellationToken);
        foreach (var gone in await writes.EachAsync(term, written.Where(d => d.Outcome is DeletionOutcome.Deleted), d =>
            [.. accounts.Of(d.Now!.Value.Tombstone, d.Now.Value.Version), .. d.Alongside], cancellationToken))
        {
            metrics.Deleted(gone.What.Topic is null ? "group" : "offsets");
            Log.Deleted(logger, gone.Key, gone.Reason, gone.Now!.Value.Tombstone.Offsets.Count);
        }
    }

    private static IReadOnlyList<KeptOffset>? Kept(Deletion deletion) => deletion.Now?.Tombstone.Offsets;

    private async Task LearnAsync(Deletion deletion, CancellationToken cancellationToken)
    {
        try
        {
            deletion.Before = await records.FindAsync(deletion.Key, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException) // the others go on
        {
            deletion.Failure = e;
        }
    }

    /// <param name="all">At which to look.</param>
    /// <param name="expected">The offsets that each must have; <see langword="null"/>: any.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <param name="keep">Told of those against which nothing speaks, with their offsets.</param>
    private async Task LookAsync(
        IReadOnlyList<Deletion> all, Func<Deletion, IReadOnlyList<KeptOffset>?> expected, CancellationToken cancellationToken, Action<Deletion, IReadOnlyList<KeptOffset>>? keep = null)
    {
        var sights = await looks.AtAsync([.. all.Select(d => d.What)], cancellationToken);
        foreach (var (deletion, (obstacle, offsets, failure)) in all.Zip(sights))
        {
            if (failure is not null)
                deletion.Failure = failure;
            else if (obstacle is not null)
                deletion.Outcome = obstacle;
            else if (expected(deletion) is { } must && !offsets.SequenceEqual(must))
                deletion.Outcome = DeletionOutcome.Moved;
            else
                keep?.Invoke(deletion, offsets);
        }
    }

    /// <summary>Between the first look and here somebody may have come, or have committed for a subscription that he is about to
    /// create (C3); and a leader that was frozen here must not act by what it saw before.</summary>
    private async Task DeleteAsync(LeadershipTerm term, IReadOnlyList<Deletion> all, CancellationToken cancellationToken)
    {
        for (var look = 0; look < Looks; look++)
        {
            var looked = clock.GetTimestamp();
            await LookAsync(all, Kept, cancellationToken);
            foreach (var absent in all.Where(d => d.Outcome is DeletionOutcome.Absent))
                absent.Outcome = DeletionOutcome.Deleted; // another's deletion came in between: the tombstone has what it took
            all = await writes.EachAsync(term, all.Where(d => d.IsOpen), d => [records.Stands(d.Key, d.Now!.Value.Version)], cancellationToken);
            if (all.Count == 0)
                return;
            cancellationToken.ThrowIfCancellationRequested();
            if (clock.GetElapsedTime(looked) <= FenceMargin)
            {
                await RemoveAsync(all);
                return;
            }
            if (all.Count > 1)
            {
                // Fewer at once are looked at sooner.
                foreach (var half in all.Chunk((all.Count + 1) / 2))
                    await DeleteAsync(term, half, cancellationToken);
                return;
            }
        }
        foreach (var slow in all)
            slow.Outcome = DeletionOutcome.TooSlow;
    }

    private async Task RemoveAsync(IReadOnlyList<Deletion> all)
    {
        if (all is [{ What: { Topic: not null } left } one])
        {
            try
            {
                var isGone = await kafka.DeleteOffsetsAsync(left.Group, [.. Kept(one)!.Select(o => new TopicPartition(o.Topic, o.Partition))]);
                one.Outcome = isGone ? DeletionOutcome.Deleted : DeletionOutcome.NotEmpty;
            }
            catch (KafkaException e)
            {
                one.Failure = e;
            }
            return;
        }
        var answers = await kafka.DeleteGroupsAsync([.. all.Select(d => d.What.Group)]);
        foreach (var deletion in all)
        {
            var (isGone, failure) = answers[deletion.What.Group];
            if (failure is not null)
                deletion.Failure = failure;
            else
                deletion.Outcome = isGone ? DeletionOutcome.Deleted : DeletionOutcome.NotEmpty;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Deleted, LogLevel.Information, "Deleted consumer group {Group} ({Reason}); {Offsets} offsets are kept in its tombstone")]
        public static partial void Deleted(ILogger logger, string group, string reason, int offsets);
    }
}
