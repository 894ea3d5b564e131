namespace Hermes.Shared.Jobs;

/// <summary>Where a replay ends; exactly one member is given.</summary>
public sealed record JobUntil
{
    /// <summary>Up to the last record published at or before this moment, by the records' own timestamps.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The last offsets to be delivered: Kafka topic, partition, offset. Partitions that are left out go to their end.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<int, long>>? Offsets { get; init; }
}
