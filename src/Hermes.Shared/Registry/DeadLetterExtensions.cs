using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>Where a subscription's discarded messages are kept: <see cref="SubscriptionExtensions.DeadLetter"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DeadLetterExtensions
{
    /// <summary>The Kafka topic, exactly as it is named there. It must hold no dot, so that it can be no Hermes topic. Default: a name
    /// made of the subscription's.</summary>
    public string? Topic { get; init; }
}
