namespace Hermes.Shared.Jobs;

/// <summary>Where to go on from; exactly one member is given.</summary>
public sealed record JobTarget
{
    /// <summary>The first record published at or after this moment, by the records' own timestamps.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The same, so long before the job was created (ZooKeeper's clock): an ISO 8601 duration, e.g. <c>PT2H30M</c>.</summary>
    public string? Duration { get; init; }

    /// <summary>So many records back in each partition, from what the group has committed (from the end where it has not).</summary>
    public long? Messages { get; init; }

    /// <summary>Given offsets: Kafka topic, partition, offset. Partitions that are left out stay where they are.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<int, long>>? Offsets { get; init; }
}
