using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>Who answers for a topic or a subscription.</summary>
public sealed record OwnerId
{
    /// <summary>The directory that knows the owner, e.g. <c>Plaintext</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The owner in that directory.</summary>
    public required string Id { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
