using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>A subscription as its node holds it.</summary>
public sealed record SubscriptionDocument
{
    /// <summary>The topic's qualified name.</summary>
    public required string TopicName { get; init; }

    /// <summary>The short name.</summary>
    public required string Name { get; init; }

    /// <summary>Where messages go; may hold <c>user:password@</c>, so it is never logged as it is.</summary>
    public required string Endpoint { get; init; }

    /// <summary><see cref="SubscriptionState"/>; absent: pending.</summary>
    public string? State { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>How it is delivered.</summary>
    public SubscriptionPolicy? SubscriptionPolicy { get; init; }

    /// <summary>Who answers for it.</summary>
    public OwnerId? Owner { get; init; }

    /// <summary><see cref="ContentTypes"/>; default JSON.</summary>
    public string? ContentType { get; init; }

    /// <summary><see cref="DeliveryTypes"/>; default serial.</summary>
    public string? DeliveryType { get; init; }

    /// <summary>All must pass; in order.</summary>
    public IReadOnlyList<SubscriptionFilter>? Filters { get; init; }

    /// <summary><c>ANYCAST</c> (default) or <c>BROADCAST</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Fixed request headers.</summary>
    public IReadOnlyList<SubscriptionHeader>? Headers { get; init; }

    /// <summary>How to get a token for the endpoint, if it wants one: an <see cref="OAuthPolicyDocument"/>. Holds secrets.</summary>
    public JsonElement? OAuthPolicy { get; init; }

    /// <summary>Whether the endpoint is to be spoken to over HTTP/2.</summary>
    public bool? Http2Enabled { get; init; }

    /// <summary>Whether slow deliveries are named in the log.</summary>
    public bool? ProfilingEnabled { get; init; }

    /// <summary>Milliseconds from which on a delivery is slow; 0: each one is named.</summary>
    public long? ProfilingThresholdMs { get; init; }

    /// <summary>Whether requests name the topic and the subscription.</summary>
    public bool? SubscriptionIdentityHeadersEnabled { get; init; }

    /// <summary>A free object for whoever resolves the endpoint's address; <see cref="SubscriptionExtensions"/> stand in it.</summary>
    public JsonElement? EndpointAddressResolverMetadata { get; init; }

    /// <summary>Members that this version does not know, and those that only management uses.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }

    /// <summary>Whether it gets many messages a request. Its delivery is of another kind: a change needs a stop and a start.</summary>
    [JsonIgnore] public bool IsBatch => DeliveryType == DeliveryTypes.Batch;

    /// <summary>Whether consumers are to serve it.</summary>
    [JsonIgnore] public bool IsServed => (State ?? SubscriptionState.Pending) is SubscriptionState.Active or SubscriptionState.Pending;
}
