namespace Hermes.KafkaEmulator.Logs;

/// <summary>The settings of a topic that its logs obey.</summary>
internal sealed record LogRules
{
    /// <summary><c>max.message.bytes</c>: the largest batch, as compressed.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary><c>message.timestamp.type</c> is <c>LogAppendTime</c>.</summary>
    public bool AppendTime { get; init; }

    /// <summary><c>message.timestamp.before.max.ms</c>: how far a record's time may lie in the past.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>: how far a record's time may lie in the future.</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>segment.bytes</c>: where a file ends and the next begins.</summary>
    public int SegmentBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary><c>retention.ms</c>; -1 for ever.</summary>
    public long RetentionMs { get; init; } = -1;

    /// <summary><c>retention.bytes</c> of a partition; -1 for any number.</summary>
    public long RetentionBytes { get; init; } = -1;
}
