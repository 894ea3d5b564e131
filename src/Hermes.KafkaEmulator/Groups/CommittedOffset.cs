namespace Hermes.KafkaEmulator.Groups;

/// <summary>What a group has committed for one partition.</summary>
/// <param name="Offset">The next record to read.</param>
/// <param name="LeaderEpoch">The leader epoch of the last record read; -1 when the client did not say.</param>
/// <param name="Metadata">The client's own note; never null.</param>
/// <param name="At">When it was committed.</param>
internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string Metadata, DateTimeOffset At = default);
