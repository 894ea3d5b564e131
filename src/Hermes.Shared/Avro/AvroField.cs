using System.Text.Json;

namespace Hermes.Shared.Avro;

/// <summary>A field of a record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it holds.</param>
/// <param name="Default">What it holds where a writer says nothing.</param>
internal sealed record AvroField(string Name, AvroSchema Schema, JsonElement? Default)
{
    /// <summary>The beginning of its member in JSON: <c>"name":</c>.</summary>
    public byte[] Member { get; } = [.. JsonText.Quoted(Name), (byte)':'];
}
