using System.ComponentModel.DataAnnotations;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Kafka;

/// <summary>Where the messages are, bound from <c>Kafka</c>.</summary>
public sealed record KafkaSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Kafka";

    /// <summary>The brokers that are asked for all others, <c>host:port,host:port</c>. Default <c>localhost:9092</c>.</summary>
    [Required] public string BootstrapServers { get; init; } = "localhost:9092";

    /// <summary>The cluster's name in Hermes's configuration. Hermes 2.10 to 2.13: management adds the datacenter to the name it is
    /// given, consumers do not; it must be what management writes. Default <c>primary-dc</c>.</summary>
    [Required] public string ClusterName { get; init; } = "primary-dc";

    /// <summary>Stands before the names of topics and groups. Default none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Between the namespace and the rest. Default <c>_</c>.</summary>
    public string NamespaceSeparator { get; init; } = "_";

    /// <summary>Hermes's rule for the names of topics. Default <c>Default</c>.</summary>
    public TopicMapper TopicMapper { get; init; }

    /// <summary>Settings passed through to librdkafka as they are: <c>security.protocol</c>, <c>sasl.mechanism</c>,
    /// <c>sasl.username</c>, <c>sasl.password</c>, <c>ssl.ca.location</c>, … Never logged.</summary>
    public IDictionary<string, string> Client { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How topics and groups are named.</summary>
    public KafkaNames ToNames() => new(Namespace, NamespaceSeparator, TopicMapper);
}
