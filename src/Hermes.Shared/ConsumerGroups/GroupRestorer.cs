using Confluent.Kafka;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.ZooKeeper;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>Gives a deleted group its offsets back.</summary>
public sealed class GroupRestorer(IZooKeeper zooKeeper, GroupRecords records, IGroupAdministration kafka, JobClient jobs, TimeProvider clock)
{
    private static readonly TimeSpan FenceMargin = TimeSpan.FromSeconds(2);
    private readonly string _worker = $"{Environment.UserName}@{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>Commits the kept offsets, as far as their partitions still exist and have them; where the group has members
    /// already, a retransmission job moves it there. May be repeated after a crash.</summary>
    /// <param name="tombstone">What was known of the group.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <param name="guard">What must still hold in ZooKeeper: the leader's guard of a janitor.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>How it was done, for people.</returns>
    /// <exception cref="InvalidOperationException">Nothing can be restored, or it was held up: says why.</exception>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    /// <exception cref="MultiFailedException">The guard does not hold, or somebody else has touched the tombstone meanwhile.</exception>
    public async Task<string> RestoreAsync(Tombstone tombstone, string reason, IReadOnlyList<Operation> guard, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tombstone);
        var offsets = await RetainedAsync(tombstone);
        if (offsets.Count == 0)
            throw new InvalidOperationException($"None of the partitions that group {tombstone.Group} had offsets of exists any more.");
        var (present, version) = await records.FindAsync(tombstone.Key, cancellationToken) ?? throw new InvalidOperationException($"The tombstone of group {tombstone.Group} was deleted meanwhile.");
        var done = records.Write(present with { RestoredAt = clock.GetUtcNow() }, version);
        if (await kafka.FindGroupAsync(tombstone.Group) is not { Members: > 0 })
        {
            // Kafka knows no fence: another may lead by now, and have restored it; the group may have gone on from there since.
            var asked = clock.GetTimestamp();
            await zooKeeper.MultiAsync([.. guard, records.Stands(tombstone.Key, version)], cancellationToken);
            if (clock.GetElapsedTime(asked) > FenceMargin)
                throw new InvalidOperationException($"The restoration of group {tombstone.Group} was held up, and nothing was committed: try again.");
            await kafka.CommitAsync(tombstone.Group, offsets);
            var committed = $"{offsets.Count} offsets committed";
            await zooKeeper.MultiAsync([.. guard, done, Note(committed)], cancellationToken);
            return committed;
        }
        if (tombstone.Topic is not null)
            throw new InvalidOperationException($"Group {tombstone.Group} has members, and offsets of a topic that they do not read can be committed only without them: suspend the subscription first.");
        await jobs.CreateFoldersAsync(cancellationToken);
        var (id, creation) = jobs.Prepare(new()
        {
            Version = JobDocument.KnownVersion,
            Mode = JobModes.Rewind,
            Subscription = tombstone.Subscription,
            Target = new() { Offsets = offsets.GroupBy(o => o.Topic, StringComparer.Ordinal).ToDictionary(t => t.Key, t => (IReadOnlyDictionary<int, long>)t.ToDictionary(o => o.Partition.Value, o => o.Offset.Value), StringComparer.Ordinal) },
            RequestedBy = _worker,
            Reason = $"restoration of the group: {reason}",
        });
        var moved = $"by retransmission job {id}, since the group has members";
        await zooKeeper.MultiAsync([.. guard, creation, done, Note(moved)], cancellationToken); // never asked for twice
        return moved;

        Operation Note(string how) => records.Note(new(clock.GetUtcNow(), _worker, tombstone.Group, $"restored, {how}: {reason}"));
    }

    /// <summary>Of the kept offsets those whose partitions exist, moved to what these still have: what retention has taken
    /// meanwhile cannot be delivered any more.</summary>
    /// <exception cref="KafkaException">The broker cannot be reached.</exception>
    public async Task<IReadOnlyList<TopicPartitionOffset>> RetainedAsync(Tombstone tombstone)
    {
        ArgumentNullException.ThrowIfNull(tombstone);
        var kept = tombstone.Offsets.ToDictionary(o => new TopicPartition(o.Topic, o.Partition), o => o.Offset);
        var there = new List<TopicPartition>();
        foreach (var topic in tombstone.Offsets.Select(o => o.Topic).Distinct(StringComparer.Ordinal))
            there.AddRange((await kafka.PartitionsAsync(topic)).Where(kept.ContainsKey));
        if (there.Count == 0)
            return [];
        var (starts, ends) = (await kafka.StartsAsync(there), (await kafka.EndsAsync(there)).ToDictionary(o => o.TopicPartition, o => o.Offset.Value));
        return [.. starts.Select(s => new TopicPartitionOffset(s.TopicPartition, Math.Clamp(kept[s.TopicPartition], s.Offset.Value, ends[s.TopicPartition])))];
    }
}
