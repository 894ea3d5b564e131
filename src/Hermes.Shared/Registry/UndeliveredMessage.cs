using System.Text.Json;

namespace Hermes.Shared.Registry;

/// <summary>The last message that a subscription's consumers gave up, as it stands in the registry: Hermes's <c>SentMessageTrace</c>.</summary>
public sealed record UndeliveredMessage
{
    /// <summary>The status of a message that was given up.</summary>
    public const string Discarded = "DISCARDED";

    /// <summary>When it was given up, Unix milliseconds, by its consumer's clock.</summary>
    public long Timestamp { get; init; }

    /// <summary>The subscription's short name.</summary>
    public string? Subscription { get; init; }

    /// <summary>The topic's qualified name.</summary>
    public string? TopicName { get; init; }

    /// <summary><see cref="Discarded"/>.</summary>
    public string? Status { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Its body as it was delivered; cut where it is long.</summary>
    public string? Message { get; init; }

    /// <summary>Its partition.</summary>
    public int Partition { get; init; }

    /// <summary>Its offset.</summary>
    public long Offset { get; init; }

    /// <summary>The Kafka cluster's name, in the consumer's configuration.</summary>
    public string? Cluster { get; init; }

    /// <summary>To the node's form.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, DocumentJson.Instance.UndeliveredMessage);

    /// <summary>When the message of a node was given up; <see langword="null"/> where the node holds none.</summary>
    public static long? TimestampOf(ReadOnlySpan<byte> data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, DocumentJson.Instance.UndeliveredMessage)?.Timestamp;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
