using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Envelope;

/// <summary>How messages stand in Kafka's records, bound from <c>Records</c>. What is said here must be what Hermes's frontends and consumers
/// are configured with.</summary>
public sealed record RecordSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Records";

    /// <summary>The header with the message's id. Default <c>id</c>.</summary>
    [Required] public string IdHeader { get; init; } = "id";

    /// <summary>The header with the schema's version. Default <c>sv</c>.</summary>
    [Required] public string SchemaVersionHeader { get; init; } = "sv";

    /// <summary>The header with the schema's id. Default <c>sid</c>.</summary>
    [Required] public string SchemaIdHeader { get; init; } = "sid";

    /// <summary>The member of the JSON envelope with the message. Default <c>message</c>.</summary>
    [Required] public string MessageMember { get; init; } = "message";

    /// <summary>The member of the JSON envelope with the metadata. Default <c>metadata</c>.</summary>
    [Required] public string MetadataMember { get; init; } = "metadata";

    /// <summary>Whether headers of the publisher are read from headers of the record. Default true.</summary>
    public bool HeaderPropagation { get; init; } = true;

    /// <summary>What such headers begin with. Default <c>h-</c>.</summary>
    [Required] public string HeaderPrefix { get; init; } = "h-";

    /// <summary>Whether the header with the schema's id is heeded where nothing else tells the schema. Default false.</summary>
    public bool SchemaIdHeaderEnabled { get; init; }

    /// <summary>Whether a value that begins with a zero byte has a prefix of 5 bytes although a header tells its schema's version. Default
    /// false.</summary>
    public bool SchemaVersionTruncationEnabled { get; init; }

    /// <summary>The JSON envelope with these names.</summary>
    public JsonEnvelope ToJsonEnvelope() => new(MessageMember, MetadataMember);
}
