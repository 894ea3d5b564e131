using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>A group as its node holds it.</summary>
public sealed record GroupDocument
{
    /// <summary>The group's name.</summary>
    public required string GroupName { get; init; }

    /// <summary>Members that this version does not know: kept, and written back.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
