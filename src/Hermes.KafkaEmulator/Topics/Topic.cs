using System.Collections.Immutable;
using Hermes.KafkaEmulator.Logs;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>A topic as it is now; a change makes another one with the same logs.</summary>
/// <param name="Id">What tells it from a later topic of the same name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Partitions">Its logs, by their number.</param>
internal sealed record Topic(Guid Id, string Name, TopicSettings Settings, ImmutableArray<PartitionLog> Partitions)
{
    /// <summary>A topic's log; null when it has no such partition.</summary>
    public PartitionLog? Partition(int index) => (uint)index < (uint)Partitions.Length ? Partitions[index] : null;
}
