using Confluent.Kafka;

namespace Hermes.Shared.Kafka;

/// <summary>What every Kafka client of ours is built from: the settings that are passed through, and ours beside them.</summary>
public sealed class KafkaClients(KafkaSettings settings)
{
    private const string Nobody = "hermes-administration";

    /// <summary>A consumer of a group: commits by itself nothing, joins by <c>range</c> (trap T6).</summary>
    public ConsumerConfig Consumer(string group) => new(Common())
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        AllowAutoCreateTopics = false,
        EnablePartitionEof = false,
    };

    /// <summary>A producer that neither loses nor doubles what it sends.</summary>
    public ProducerConfig Producer() => new(Common()) { EnableIdempotence = true, Acks = Acks.All };

    /// <summary>The consumer on whose handle <see cref="KafkaAdministration"/> works. It never joins its group, and librdkafka asks
    /// for that group's coordinator alone.</summary>
    public ConsumerConfig Administration() => Consumer(settings.Namespace.Length > 0 ? $"{settings.Namespace}{settings.NamespaceSeparator}{Nobody}" : Nobody);

    /// <summary>An administrator, for what does not concern groups (decision 5).</summary>
    public AdminClientConfig Admin() => new(Common());

    private Dictionary<string, string> Common() => new(settings.Client, StringComparer.Ordinal) { ["bootstrap.servers"] = settings.BootstrapServers };
}
