using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>A condition that a message must meet to be delivered.</summary>
public sealed record SubscriptionFilter
{
    /// <summary><c>jsonpath</c>, <c>avropath</c> or <c>header</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Where the value stands in the message.</summary>
    public string? Path { get; init; }

    /// <summary>The external metadata entry, for the type <c>header</c>.</summary>
    public string? Header { get; init; }

    /// <summary>A regular expression that the whole value must match.</summary>
    public string? Matcher { get; init; }

    /// <summary><c>all</c> (default) or <c>any</c> of several values.</summary>
    public string? MatchingStrategy { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
