using System.Text.Json;

namespace Hermes.Shared.Avro;

/// <summary>A schema of Avro, compiled: it goes through a value's bytes once, without making objects of them.</summary>
/// <remarks>JSON is written as Hermes's consumers write it (json2avro 0.2.14): a union's value stands alone, logical types are what they
/// are stored as, bytes and fixed are text with one character for each byte, numbers are as Java writes them.</remarks>
public abstract class AvroSchema
{
    private protected AvroSchema()
    {
    }

    /// <summary>Its name, or that of its kind.</summary>
    public abstract string Name { get; }

    /// <summary>Compiles a schema.</summary>
    /// <param name="json">Avro's own JSON form.</param>
    /// <exception cref="AvroException">It is no schema; says where.</exception>
    public static AvroSchema Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return AvroSchemaParser.Parse(json);
    }

    /// <summary>A value as JSON.</summary>
    /// <exception cref="AvroException">The bytes are no value of this schema.</exception>
    public byte[] ToJson(ReadOnlySpan<byte> value)
    {
        var reader = new AvroReader(value);
        using var json = new JsonText(value.Length * 2);
        WriteJson(ref reader, json);
        return json.ToArray();
    }

    /// <summary>A value of this schema from JSON. A union takes the first branch that fits; a member that is missing has its default.</summary>
    /// <exception cref="AvroException">It does not fit; says where.</exception>
    public byte[] ToAvro(JsonElement value)
    {
        var writer = new AvroWriter();
        Encode(value, writer);
        return writer.ToArray();
    }

    /// <summary>Passes over a value.</summary>
    internal abstract void Skip(ref AvroReader reader);

    /// <summary>Writes a value as JSON.</summary>
    internal abstract void WriteJson(ref AvroReader reader, JsonText json);

    /// <summary>Whether a value of JSON could be one of this schema, judged from outside; for the branches of unions.</summary>
    internal abstract bool Fits(JsonElement value);

    /// <summary>Encodes a value.</summary>
    internal abstract void Encode(JsonElement value, AvroWriter writer);

    private protected AvroException Unfit(JsonElement value) =>
        new($"a {Name} is asked for, not {(value.ValueKind is JsonValueKind.Undefined ? "nothing" : value.ValueKind.ToString())}");
}
