using System.Text.Json;

namespace Hermes.Shared.Avro;

/// <summary>Compiles schemas from Avro's JSON form. Aliases, docs, orders and logical types say nothing about the bytes and are passed over.</summary>
internal sealed class AvroSchemaParser
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };
    private readonly Dictionary<string, AvroSchema> _named = new(StringComparer.Ordinal);

    private AvroSchemaParser()
    {
    }

    public static AvroSchema Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Deep);
            return new AvroSchemaParser().Type(document.RootElement, space: "", where: "the schema");
        }
        catch (JsonException e)
        {
            throw new AvroException($"The schema is no JSON: {e.Message}");
        }
    }

    private AvroSchema Type(JsonElement json, string space, string where) => json.ValueKind switch
    {
        JsonValueKind.String => Named(json.GetString()!, space, where),
        JsonValueKind.Array => new AvroUnion([.. json.EnumerateArray().Select((branch, i) => Type(branch, space, $"{where}, branch {i + 1}"))]),
        JsonValueKind.Object => Complex(json, space, where),
        _ => throw new AvroException($"{where} is no type, but {json.ValueKind}"),
    };

    private AvroSchema Named(string name, string space, string where) => Primitive(name)
        ?? _named.GetValueOrDefault(Full(name, space)) ?? _named.GetValueOrDefault(name)
        ?? throw new AvroException($"{where}: type '{name}' is unknown");

    private static AvroSchema? Primitive(string name) => name switch
    {
        "null" => new AvroNull(),
        "boolean" => new AvroBoolean(),
        "int" => new AvroInt(),
        "long" => new AvroLong(),
        "float" => new AvroFloat(),
        "double" => new AvroDouble(),
        "string" => new AvroString(),
        "bytes" => new AvroBytes(),
        _ => null,
    };

    private AvroSchema Complex(JsonElement json, string space, string where)
    {
        var type = Member(json, "type", where);
        return type.ValueKind is not JsonValueKind.String ? Type(type, space, where) : type.GetString() switch
        {
            "record" or "error" => Record(json, space, where),
            "enum" => Define(json, space, where, (name, _) => new AvroEnum(name, [.. Array(json, "symbols", where).Select(s => Text(s, $"{where}, symbols"))])),
            "fixed" => Define(json, space, where, (name, _) => new AvroFixed(name, Size(json, where))),
            "array" => new AvroArray(Type(Member(json, "items", where), space, $"{where}, items")),
            "map" => new AvroMap(Type(Member(json, "values", where), space, $"{where}, values")),
            var other => Named(other!, space, where),
        };
    }

    private AvroRecord Record(JsonElement json, string space, string where)
    {
        var inner = space;
        var record = (AvroRecord)Define(json, space, where, (name, own) =>
        {
            inner = own;
            return new AvroRecord(name);
        });
        // The record has its name before its fields are read: they may hold it.
        record.Fields = [.. Array(json, "fields", where).Select(field => Field(field, inner, record.Name))];
        return record;
    }

    private AvroField Field(JsonElement json, string space, string record)
    {
        var name = Text(Member(json, "name", $"a field of {record}"), $"a field of {record}, name");
        var schema = Type(Member(json, "type", $"{record}.{name}"), space, $"{record}.{name}");
        return new(name, schema, json.TryGetProperty("default", out var byDefault) ? byDefault.Clone() : null);
    }

    private AvroSchema Define(JsonElement json, string space, string where, Func<string, string, AvroSchema> make)
    {
        var given = Text(Member(json, "name", where), $"{where}, name");
        var own = json.TryGetProperty("namespace", out var named) && named.ValueKind is JsonValueKind.String ? named.GetString()! : space;
        var full = Full(given, own);
        var dot = full.LastIndexOf('.');
        var schema = make(full, dot < 0 ? "" : full[..dot]);
        if (!_named.TryAdd(full, schema))
            throw new AvroException($"{where}: '{full}' is defined twice");
        return schema;
    }

    private static string Full(string name, string space) =>
        name.Contains('.', StringComparison.Ordinal) || space.Length == 0 ? name : $"{space}.{name}";

    private static JsonElement Member(JsonElement json, string name, string where) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : throw new AvroException($"{where} has no '{name}'");

    private static JsonElement.ArrayEnumerator Array(JsonElement json, string name, string where) =>
        Member(json, name, where) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : throw new AvroException($"{where}: '{name}' is no list");

    private static string Text(JsonElement json, string where) =>
        json.ValueKind is JsonValueKind.String ? json.GetString()! : throw new AvroException($"{where} is no text");

    private static int Size(JsonElement json, string where) =>
        Member(json, "size", where) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var size) && size >= 0
            ? size
            : throw new AvroException($"{where}: 'size' is no size");
}
