namespace Hermes.Shared.Jobs;

/// <summary>One partition's way in a rewind.</summary>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="From">What the group had committed when the targets were fixed; absent: nothing.</param>
/// <param name="To">The first offset to be delivered again.</param>
/// <param name="Messages">Offsets from there to the partition's end at that time: what will be delivered, at most.</param>
/// <param name="Moved">How it was proven: one of <see cref="MoveProofs"/>; absent: not moved yet.</param>
/// <param name="Commanded">What the group had committed (-1: nothing) when Hermes's own offset node was written for it, since its
/// consumer did not obey the order; absent: it was not, or was withdrawn.</param>
public sealed record PartitionMove(string Topic, int Partition, long? From, long To, long Messages, string? Moved = null, long? Commanded = null);
