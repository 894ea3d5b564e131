namespace Hermes.Shared.Jobs;

/// <summary>Where a job stands; each change is a versioned write by the holder of its claim.</summary>
public sealed record JobStatus
{
    /// <summary>One of <see cref="JobPhases"/>.</summary>
    public required string Phase { get; init; }

    /// <summary>Why it was refused, failed or cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>What it waits for now, for people; absent when it waits for nothing.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>The datacenter whose retransmitter works on it.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The subscription node's czxid: a subscription of the same name with another one is another.</summary>
    public long? SubscriptionId { get; init; }

    /// <summary>The fencing number of the claim under which this was written.</summary>
    public long FencingNumber { get; init; }

    /// <summary>When it was written, by the retransmitter's clock.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How far a replay has come; a crash goes on from here.</summary>
    public ReplayProgress? Replay { get; init; }

    /// <summary>Each partition's way in a rewind.</summary>
    public IReadOnlyList<PartitionMove> Partitions { get; init; } = [];

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<JobEvent> History { get; init; } = [];
}
