namespace Hermes.Shared.ConsumerGroups;

/// <summary>An offset that a group had committed.</summary>
/// <param name="Topic">The Kafka topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">The next offset to be read.</param>
public sealed record KeptOffset(string Topic, int Partition, long Offset);
