using Hermes.Shared.Schemas;

namespace Hermes.Delivery;

/// <summary>One record of Kafka, unwrapped and on its way to one subscription.</summary>
public sealed class Message
{
    /// <summary>The id its publisher or the frontend gave it; empty when it has none. Sent as <c>Hermes-Message-Id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The Kafka topic it was read from, which is not always the primary one of its Hermes topic.</summary>
    public required string KafkaTopic { get; init; }

    /// <summary>The partition it was read from.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset in that partition.</summary>
    public required long Offset { get; init; }

    /// <summary>The epoch of the partition when it was read; an older epoch's messages are abandoned, never settled.</summary>
    public required int Epoch { get; init; }

    /// <summary>What the endpoint gets, byte for byte. The memory must stay as it is until the message is settled or abandoned.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Of a broadcast: marks of the targets that took it from an earlier owner of its partition (<see cref="ISettlements.Reached"/>).
    /// They are not sent it again.</summary>
    public IReadOnlyList<ulong> ReachedBefore { get; init; } = [];

    /// <summary>Why it cannot be delivered, where its record could not be read: it is discarded when it is offered, for this reason, and
    /// <see cref="Body"/> is the record's value as it is. Null for all others.</summary>
    public string? Fault { get; init; }

    /// <summary>The schema of the value that the record holds, where its Kafka topic is one of Avro; null for JSON.</summary>
    public CompiledSchema? Schema { get; init; }

    /// <summary>That value, which filters read, whatever form <see cref="Body"/> has.</summary>
    public ReadOnlyMemory<byte> Avro { get; init; }

    /// <summary>Whether <see cref="Body"/> is that value; else it is JSON.</summary>
    public bool IsAvro { get; init; }

    /// <summary>When it was published, milliseconds since 1970-01-01 UTC; the base of <c>sendingDelay</c>.</summary>
    public required long PublishedMs { get; init; }

    /// <summary>The key of the record; null when it has none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>The record as it was read, for whoever has to pass it on unchanged; null when it came from elsewhere.</summary>
    public Confluent.Kafka.Message<byte[], byte[]>? Record { get; init; }

    /// <summary>What the publisher attached: each entry becomes a request header, and header filters read it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExternalMetadata { get; init; } = [];
}
