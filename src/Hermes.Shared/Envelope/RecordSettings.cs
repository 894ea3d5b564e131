using System.ComponentModel.DataAnnotations;

namespace Hermes.Shared.Envelope;

/// <summary>How messages stand in Kafka's records, bound from <c>Records</c>. What is said here must be what Hermes's frontends and consumers
/// are configured with.</summary>
public sealed record RecordSettings
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Records";

    /// <summary>The header of the record with the message's id (<c>consumer.kafka.header.name.messageId</c>). Default
    /// <c>id</c>.</summary>
    [Required] public string IdHeader { get; init; } = "id";

    /// <summary>The header with the schema's version (<c>consumer.kafka.header.name.schemaVersion</c>). Default <c>sv</c>.</summary>
    [Required] public string SchemaVersionHeader { get; init; } = "sv";

    /// <summary>The header with the schema's id (<c>consumer.kafka.header.name.schemaId</c>). Default <c>sid</c>.</summary>
    [Required] public string SchemaIdHeader { get; init; } = "sid";

    /// <summary>The member of the JSON envelope with the message (<c>consumer.content.root.message</c>). Default
    /// <c>message</c>.</summary>
    [Required] public string MessageMember { get; init; } = "message";

    /// <summary>The member of the JSON envelope with the metadata (<c>consumer.content.root.metadata</c>). Default
    /// <c>metadata</c>.</summary>
    [Required] public string MetadataMember { get; init; } = "metadata";

    /// <summary>Whether headers of the publisher are read from headers of the record
    /// (<c>consumer.http.headers.propagation-as-kafka-headers.enabled</c>). Default true.</summary>
    public bool HeaderPropagation { get; init; } = true;

    /// <summary>What such headers begin with (<c>consumer.http.headers.propagation-as-kafka-headers.prefix</c>). Default
    /// <c>h-</c>.</summary>
    [Required] public string HeaderPrefix { get; init; } = "h-";

    /// <summary>Whether the header with the schema's id is heeded where nothing else tells the schema
    /// (<c>consumer.schema.idHeaderEnabled</c>). Default false.</summary>
    public bool SchemaIdHeaderEnabled { get; init; }

    /// <summary>Whether a value that begins with a zero byte has a prefix of 5 bytes although a header tells its schema's version
    /// (<c>consumer.schema.versionTruncationEnabled</c>). Default false.</summary>
    public bool SchemaVersionTruncationEnabled { get; init; }

    /// <summary>The JSON envelope with these names.</summary>
    public JsonEnvelope ToJsonEnvelope() => new(MessageMember, MetadataMember);
}
