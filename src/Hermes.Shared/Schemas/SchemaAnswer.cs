using System.Text.Json.Serialization;

namespace Hermes.Shared.Schemas;

/// <summary>What the registry says of a schema; each question has its own of these members.</summary>
internal sealed record SchemaAnswer
{
    public string? Schema { get; init; }

    public string? SchemaType { get; init; }

    public int? Version { get; init; }

    public int? Id { get; init; }
}

/// <summary>A question by a schema's text.</summary>
internal sealed record SchemaQuestion(string Schema);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SchemaAnswer))]
[JsonSerializable(typeof(SchemaQuestion))]
internal sealed partial class SchemaJson : JsonSerializerContext;
