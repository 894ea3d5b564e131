using System.Collections.Frozen;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>Every topic setting of Kafka 3.9. All are kept and shown; those in <see cref="Logs.LogRules"/> are obeyed.</summary>
internal static class SettingDefinitions
{
    public const string MaxMessageBytes = "max.message.bytes";
    public const string RetentionMs = "retention.ms";
    public const string RetentionBytes = "retention.bytes";
    public const string SegmentBytes = "segment.bytes";
    public const string CleanupPolicy = "cleanup.policy";
    public const string TimestampType = "message.timestamp.type";
    public const string TimestampBeforeMaxMs = "message.timestamp.before.max.ms";
    public const string TimestampAfterMaxMs = "message.timestamp.after.max.ms";
    public const string TimestampDifferenceMaxMs = "message.timestamp.difference.max.ms";
    public const string LogAppendTime = "LogAppendTime";

    private const string Endless = "9223372036854775807";

    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        new(CleanupPolicy, SettingKind.List, "delete", Choices: ["compact", "delete"]),
        new("compression.gzip.level", SettingKind.Int, "-1", -1, Highest: 9),
        new("compression.lz4.level", SettingKind.Int, "9", 1, Highest: 17),
        new("compression.type", SettingKind.String, "producer", Choices: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]),
        new("compression.zstd.level", SettingKind.Int, "3", -131072, Highest: 22),
        new("delete.retention.ms", SettingKind.Long, "86400000", 0),
        new("file.delete.delay.ms", SettingKind.Long, "60000", 0),
        new("flush.messages", SettingKind.Long, Endless, 1),
        new("flush.ms", SettingKind.Long, Endless, 0),
        new("follower.replication.throttled.replicas", SettingKind.List, ""),
        new("index.interval.bytes", SettingKind.Int, "4096", 0),
        new("leader.replication.throttled.replicas", SettingKind.List, ""),
        new("local.retention.bytes", SettingKind.Long, "-2", -2),
        new("local.retention.ms", SettingKind.Long, "-2", -2),
        new("max.compaction.lag.ms", SettingKind.Long, Endless, 1),
        new(MaxMessageBytes, SettingKind.Int, "1048588", 0),
        new("message.downconversion.enable", SettingKind.Boolean, "true"),
        new("message.format.version", SettingKind.String, "3.0-IV1"),
        new(TimestampAfterMaxMs, SettingKind.Long, Endless, 0),
        new(TimestampBeforeMaxMs, SettingKind.Long, Endless, 0),
        new(TimestampDifferenceMaxMs, SettingKind.Long, Endless, 0),
        new(TimestampType, SettingKind.String, "CreateTime", Choices: ["CreateTime", LogAppendTime]),
        new("min.cleanable.dirty.ratio", SettingKind.Double, "0.5", 0, Highest: 1),
        new("min.compaction.lag.ms", SettingKind.Long, "0", 0),
        new("min.insync.replicas", SettingKind.Int, "1", 1),
        new("preallocate", SettingKind.Boolean, "false"),
        new("remote.log.copy.disable", SettingKind.Boolean, "false"),
        new("remote.log.delete.on.disable", SettingKind.Boolean, "false"),
        new("remote.storage.enable", SettingKind.Boolean, "false"),
        new(RetentionBytes, SettingKind.Long, "-1"),
        new(RetentionMs, SettingKind.Long, "604800000", -1),
        new(SegmentBytes, SettingKind.Int, "1073741824", 14),
        new("segment.index.bytes", SettingKind.Int, "10485760", 4),
        new("segment.jitter.ms", SettingKind.Long, "0", 0),
        new("segment.ms", SettingKind.Long, "604800000", 1),
        new("unclean.leader.election.enable", SettingKind.Boolean, "false"),
    ];

    private static readonly FrozenDictionary<string, SettingDefinition> ByName = All.ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal);

    public static SettingDefinition? Find(string name) => ByName.GetValueOrDefault(name);
}
