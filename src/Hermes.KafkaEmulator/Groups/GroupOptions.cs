namespace Hermes.KafkaEmulator.Groups;

/// <summary>Settings of the group coordinator, with Kafka's defaults except where told.</summary>
public sealed record GroupOptions
{
    /// <summary>How long a group that was empty waits for more members before its first rebalance completes (Kafka's
    /// <c>group.initial.rebalance.delay.ms</c>). Default 0, where Kafka waits 3 s: a first run should not.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Shortest session time-out that a member may ask for (<c>group.min.session.timeout.ms</c>). Default 6 s.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Longest session time-out that a member may ask for (<c>group.max.session.timeout.ms</c>). Default 30 min.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Most characters of metadata beside a committed offset (<c>offset.metadata.max.bytes</c>). Default 4096.</summary>
    public int OffsetMetadataMaxBytes { get; init; } = 4096;

    /// <summary>How long offsets that nobody uses are kept (<c>offsets.retention.minutes</c>). Default 7 days.</summary>
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often it is looked for such offsets (<c>offsets.retention.check.interval.ms</c>). Default 10 min.</summary>
    public TimeSpan OffsetsRetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(10);
}
