using System.Net;
using Hermes.KafkaEmulator.Groups;

namespace Hermes.KafkaEmulator;

/// <summary>Settings of one emulated broker.</summary>
public sealed record KafkaEmulatorOptions
{
    /// <summary>Where to listen; port 0 takes a free one. Default 127.0.0.1:9092, Kafka's port.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 9092);

    /// <summary>The <c>host:port</c> that clients are told to connect to. Default: the address it listens on.</summary>
    public string? Advertise { get; init; }

    /// <summary>The folder that keeps topics, records and offsets over restarts. Default: none, everything is in memory.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Partitions of a topic whose creation names no number (Kafka's <c>num.partitions</c>). Default 1.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Whether a topic asked for by name comes into being (Kafka's <c>auto.create.topics.enable</c>). Default true, as in Kafka.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>Largest record batch in bytes (Kafka's <c>message.max.bytes</c>); a topic may say otherwise. Default 1048588, as in Kafka.</summary>
    public int MessageMaxBytes { get; init; } = 1_048_588;

    /// <summary>Largest request in bytes (Kafka's <c>socket.request.max.bytes</c>). Default 100 MiB, as in Kafka.</summary>
    public int RequestMaxBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>Settings of consumer groups.</summary>
    public GroupOptions Groups { get; init; } = new();

    /// <summary>How long a stopping server lets answers out that are on their way. Default 5 s.</summary>
    public TimeSpan StopBudget { get; init; } = TimeSpan.FromSeconds(5);
}
