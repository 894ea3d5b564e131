using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>A topic as its node holds it: the members that workers need; all others are kept as they are.</summary>
public sealed record TopicDocument
{
    /// <summary>The qualified name.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for it.</summary>
    public OwnerId? Owner { get; init; }

    /// <summary>How long Kafka keeps its messages.</summary>
    public RetentionTime? RetentionTime { get; init; }

    /// <summary><see cref="ContentTypes"/>; required by Hermes.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether records from before it became Avro are still in Kafka, as JSON.</summary>
    public bool? MigratedFromJsonType { get; init; }

    /// <summary>Whether an Avro record's value begins with a zero byte and its schema's id. Hermes 2.14 and later know no such topics.</summary>
    public bool? SchemaIdAwareSerializationEnabled { get; init; }

    /// <summary>Largest message in bytes.</summary>
    public int? MaxMessageSize { get; init; }

    /// <summary>Whether the frontend tracks its messages.</summary>
    public bool? TrackingEnabled { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
