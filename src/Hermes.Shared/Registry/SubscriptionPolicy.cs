using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>How a subscription is delivered: serial or batch, told apart by the subscription's <c>deliveryType</c>. A member
/// that is absent has Hermes's default, which the reader of the member applies; it is not written.</summary>
public sealed record SubscriptionPolicy
{
    /// <summary>Hermes's default for a subscription that names no rate.</summary>
    public const int DefaultRate = 400;

    /// <summary>Serial: messages a second over the whole subscription. Default <see cref="DefaultRate"/>.</summary>
    public int? Rate { get; init; }

    /// <summary>Seconds for which delivery is tried, from the moment the message was read. Default 3600 (batch: 60).</summary>
    public int? MessageTtl { get; init; }

    /// <summary>Milliseconds before the second attempt. Default 100 (batch: 500).</summary>
    public int? MessageBackoff { get; init; }

    /// <summary>Milliseconds for one request. Default 1000 (batch: 30 000).</summary>
    public int? RequestTimeout { get; init; }

    /// <summary>Serial: milliseconds of silence on the socket; 0: none.</summary>
    public int? SocketTimeout { get; init; }

    /// <summary>Serial: messages in flight at once. Default: the consumer's setting.</summary>
    public int? InflightSize { get; init; }

    /// <summary>Serial: milliseconds that a message waits from its publishing on. Default 0.</summary>
    public int? SendingDelay { get; init; }

    /// <summary>Serial: factor from one wait to the next. Default 1.</summary>
    public double? BackoffMultiplier { get; init; }

    /// <summary>Serial: longest wait in seconds. Default 600.</summary>
    public int? BackoffMaxIntervalInSec { get; init; }

    /// <summary>Whether 4xx answers are tried again. Default no.</summary>
    public bool? RetryClientErrors { get; init; }

    /// <summary>Serial: written for older readers, derived from the seconds.</summary>
    public long? BackoffMaxIntervalMillis { get; init; }

    /// <summary>Batch: messages in a batch. Default 100.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Batch: milliseconds that a batch waits to be filled. Default 30 000.</summary>
    public int? BatchTime { get; init; }

    /// <summary>Batch: bytes in a batch. Default 64 000.</summary>
    public int? BatchVolume { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
