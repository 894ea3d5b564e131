using System.Globalization;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>The broker's own settings as Kafka names them, to be read by tools; none of them can be changed while it runs.</summary>
internal sealed class BrokerSettings(KafkaEmulatorOptions options)
{
    /// <summary>Name, type and value of each.</summary>
    public IReadOnlyList<(string Name, SettingKind Kind, string Value)> All { get; } =
    [
        ("advertised.listeners", SettingKind.String, $"PLAINTEXT://{options.Advertise ?? options.Listen.ToString()}"),
        ("auto.create.topics.enable", SettingKind.Boolean, options.AutoCreateTopics ? "true" : "false"),
        ("broker.id", SettingKind.Int, Text(BrokerIdentity.NodeId)),
        ("default.replication.factor", SettingKind.Int, "1"),
        ("delete.topic.enable", SettingKind.Boolean, "true"),
        ("listeners", SettingKind.List, $"PLAINTEXT://{options.Listen}"),
        ("log.dirs", SettingKind.String, options.DataFolder ?? ""),
        ("message.max.bytes", SettingKind.Int, Text(options.MessageMaxBytes)),
        ("min.insync.replicas", SettingKind.Int, "1"),
        ("node.id", SettingKind.Int, Text(BrokerIdentity.NodeId)),
        ("num.partitions", SettingKind.Int, Text(options.Partitions)),
        ("offset.metadata.max.bytes", SettingKind.Int, Text(options.Groups.OffsetMetadataMaxBytes)),
        ("offsets.retention.minutes", SettingKind.Int, Text((int)options.Groups.OffsetsRetention.TotalMinutes)),
        ("socket.request.max.bytes", SettingKind.Int, Text(options.RequestMaxBytes)),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
