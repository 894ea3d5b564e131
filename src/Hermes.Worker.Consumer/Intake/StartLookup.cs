using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>Where partitions that came to a member of a group are to be read on from. The broker is asked three questions at the most,
/// however many partitions there are, and each of them for all that live on one broker at once.</summary>
internal static class StartLookup
{
    private static readonly TimeSpan BrokerLimit = TimeSpan.FromSeconds(10);

    // Kafka's own word for a partition's end, in place of a time (ListOffsets).
    private static readonly Timestamp End = new(-1, TimestampType.NotAvailable);

    /// <summary>Asks, and waits for the broker.</summary>
    /// <param name="consumer">The group's member.</param>
    /// <param name="partitions">What came to it.</param>
    /// <param name="createdAt">When the subscription was created.</param>
    /// <returns>In the partitions' order.</returns>
    /// <exception cref="KafkaException">The broker does not answer in 10 s, or refuses.</exception>
    public static IReadOnlyList<PartitionStart> Ask(IConsumer<byte[], byte[]> consumer, IReadOnlyList<TopicPartition> partitions, DateTimeOffset createdAt)
    {
        IReadOnlyList<LedgerMark?> committed;
        using (var list = new PartitionList(partitions.Count))
        {
            foreach (var partition in partitions)
                list.Add(partition.Topic, partition.Partition.Value);
            committed = list.Committed(consumer, BrokerLimit);
        }
        var unknown = partitions.Where((_, i) => committed[i] is null).ToList();
        var first = unknown.Count > 0 ? FirstSince(consumer, unknown, createdAt) : [];
        return [.. partitions.Select((p, i) => committed[i] is { } mark
            ? new PartitionStart(p, mark.Offset, mark)
            : new PartitionStart(p, first[p], null))];
    }

    /// <summary>Where a group without an offset starts: at the first record since the subscription's creation, by time. What
    /// is older was never owed to it.</summary>
    private static Dictionary<TopicPartition, long> FirstSince(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, DateTimeOffset createdAt)
    {
        // The ends are asked for first: a record written between the two questions is then behind them.
        var ends = Ask(consumer, partitions, End);
        var found = Ask(consumer, partitions, new(createdAt.UtcDateTime));
        return partitions.ToDictionary(p => p, p => found[p] >= 0 ? found[p] : ends[p]);
    }

    private static Dictionary<TopicPartition, long> Ask(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Timestamp time)
    {
        var answers = consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, time)), BrokerLimit);
        return answers.ToDictionary(a => a.TopicPartition, a => a.Offset.Value);
    }
}

/// <summary>Where a partition is read on from.</summary>
/// <param name="Partition">Which.</param>
/// <param name="Offset">The first offset to read.</param>
/// <param name="Committed">What the group has committed of it; null: nothing.</param>
internal readonly record struct PartitionStart(TopicPartition Partition, long Offset, LedgerMark? Committed);
