namespace Hermes.Shared.Jobs;

/// <summary>One partition's way in a rewind.</summary>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="From">What the group had committed when the targets were fixed; absent: nothing.</param>
/// <param name="To">The first offset to be delivered again.</param>
/// <param name="Messages">Offsets from there to the partition's end at that time: what will be delivered, at most.</param>
/// <param name="Moved">How it was proven: one of <see cref="MoveProofs"/>; absent: not moved yet.</param>
public sealed record PartitionMove(string Topic, int Partition, long? From, long To, long Messages, string? Moved = null);
