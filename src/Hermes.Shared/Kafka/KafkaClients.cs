using Confluent.Kafka;

namespace Hermes.Shared.Kafka;

/// <summary>What every Kafka client of ours is built from: the settings that are passed through, and ours beside them.</summary>
public sealed class KafkaClients(KafkaSettings settings)
{
    private const int DefaultPort = 9092;
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

    /// <summary>The brokers that are known from the start, for requests of our own; <see langword="null"/> where connections must be
    /// encrypted or authenticated, which only librdkafka does here.</summary>
    internal IReadOnlyList<(string Host, int Port)>? PlainBrokers()
    {
        if (settings.Client.TryGetValue("security.protocol", out var protocol) && !protocol.Equals("plaintext", StringComparison.OrdinalIgnoreCase))
            return null;
        var brokers = new List<(string, int)>();
        foreach (var server in settings.BootstrapServers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // librdkafka also takes PLAINTEXT://host:port.
            if (!Uri.TryCreate($"kafka://{server[(server.IndexOf("://", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : 0)..]}", UriKind.Absolute, out var address))
                return null;
            brokers.Add((address.IdnHost, address.Port < 0 ? DefaultPort : address.Port));
        }
        return brokers.Count > 0 ? brokers : null;
    }

    private Dictionary<string, string> Common()
    {
        var settingsOfAll = new Dictionary<string, string>(settings.Client, StringComparer.Ordinal) { ["bootstrap.servers"] = settings.BootstrapServers };
        // A small request must not wait until the one before it is acknowledged, which takes the other side up to 40 ms.
        settingsOfAll.TryAdd("socket.nagle.disable", "true");
        return settingsOfAll;
    }
}
