using Confluent.Kafka;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>An offset that a group had committed.</summary>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">The next offset to be read.</param>
public sealed record KeptOffset(string Topic, int Partition, long Offset)
{
    /// <summary>What a group has committed, in an order that is always the same, so that two looks can be compared.</summary>
    public static IReadOnlyList<KeptOffset> Of(IEnumerable<TopicPartitionOffset> committed) =>
        [.. committed.Select(o => new KeptOffset(o.Topic, o.Partition.Value, o.Offset.Value)).OrderBy(o => o.Topic, StringComparer.Ordinal).ThenBy(o => o.Partition)];
}
