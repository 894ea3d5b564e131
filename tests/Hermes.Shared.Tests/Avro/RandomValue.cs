using System.Text;
using System.Text.Json.Nodes;
using Avro;
using Avro.Generic;
using Avro.IO;

namespace Hermes.Shared.Tests.Avro;

/// <summary>A schema made by chance, a value of it as Apache's library writes it, and the JSON that a subscriber is to get.</summary>
internal sealed class RandomValue
{
    private readonly Random _random;
    private int _names;

    private RandomValue(int seed)
    {
        _random = new(seed);
        var record = Record(depth: 0);
        SchemaJson = record.ToJsonString();
        var schema = Schema.Parse(SchemaJson);
        var (value, expected) = Value(schema);
        Expected = expected!;
        using var bytes = new MemoryStream();
        new GenericDatumWriter<GenericRecord>(schema).Write((GenericRecord)value!, new BinaryEncoder(bytes));
        Bytes = bytes.ToArray();
    }

    public string SchemaJson { get; }

    public byte[] Bytes { get; }

    public JsonNode Expected { get; }

    public static RandomValue Create(int seed) => new(seed);

    private JsonObject Record(int depth)
    {
        var fields = new JsonArray();
        for (var i = _random.Next(depth == 0 ? 1 : 0, 6); i > 0; i--)
            fields.Add((JsonNode)new JsonObject { ["name"] = $"f{_names++}", ["type"] = Type(depth + 1) });
        var record = new JsonObject { ["type"] = "record", ["name"] = $"R{_names++}", ["fields"] = fields };
        if (_random.Next(3) == 0)
            record["namespace"] = $"space{_random.Next(3)}.inner";
        // A list of itself ends where there is none.
        if (_random.Next(4) == 0)
            fields.Add((JsonNode)new JsonObject { ["name"] = $"f{_names++}", ["type"] = new JsonArray("null", record["name"]!.GetValue<string>()), ["default"] = null });
        return record;
    }

    private JsonNode Type(int depth) => _random.Next(depth < 4 ? 16 : 11) switch
    {
        0 => "null",
        1 => "boolean",
        2 => "int",
        3 => "long",
        4 => "float",
        5 => "double",
        6 => "string",
        7 => "bytes",
        8 => new JsonObject { ["type"] = "fixed", ["name"] = $"F{_names++}", ["size"] = _random.Next(1, 5) },
        9 => new JsonObject { ["type"] = "enum", ["name"] = $"E{_names++}", ["symbols"] = new JsonArray("A", "B", "C") },
        10 => new JsonObject { ["type"] = "long", ["logicalType"] = "unknown-to-all" },
        11 => new JsonObject { ["type"] = "array", ["items"] = Type(depth + 1) },
        12 => new JsonObject { ["type"] = "map", ["values"] = Type(depth + 1) },
        13 => new JsonArray("null", new JsonObject { ["type"] = "array", ["items"] = Type(depth + 1) }),
        14 => new JsonArray("string", "null", "double"),
        _ => Record(depth + 1),
    };

    private (object? Value, JsonNode? Expected) Value(Schema schema, int depth = 0)
    {
        switch (schema)
        {
            case RecordSchema record:
                var (made, expected) = (new GenericRecord(record), new JsonObject());
                foreach (var field in record.Fields)
                {
                    var (value, json) = Value(field.Schema, depth + 1);
                    made.Add(field.Name, value);
                    expected[field.Name] = json;
                }
                return (made, expected);
            case ArraySchema array:
                var items = Enumerable.Range(0, _random.Next(4)).Select(_ => Value(array.ItemSchema, depth + 1)).ToList();
                return (items.Select(i => i.Value).ToArray(), new JsonArray([.. items.Select(i => i.Expected)]));
            case MapSchema map:
                var entries = Enumerable.Range(0, _random.Next(4)).Select(i => (Key: $"{i}{Text()}", Value: Value(map.ValueSchema, depth + 1))).ToList();
                return (entries.ToDictionary(e => e.Key, e => e.Value.Value!, StringComparer.Ordinal),
                    new JsonObject(entries.Select(e => new KeyValuePair<string, JsonNode?>(e.Key, e.Value.Expected))));
            case UnionSchema union:
                var branch = union.Schemas.Any(s => s.Tag == Schema.Type.Null) && depth > 6
                    ? union.Schemas.First(s => s.Tag == Schema.Type.Null)
                    : union.Schemas[_random.Next(union.Count)];
                return Value(branch, depth + 1);
            case EnumSchema symbols:
                var symbol = symbols.Symbols[_random.Next(symbols.Symbols.Count)];
                return (new GenericEnum(symbols, symbol), symbol);
            case FixedSchema size:
                var content = Chance(size.Size);
                return (new GenericFixed(size, content), Encoding.Latin1.GetString(content));
            case LogicalSchema logical:
                return Value(logical.BaseSchema, depth);
            default:
                return Primitive(schema.Tag);
        }
    }

    private (object? Value, JsonNode? Expected) Primitive(Schema.Type type)
    {
        switch (type)
        {
            case Schema.Type.Null:
                return (null, null);
            case Schema.Type.Boolean:
                var flag = _random.Next(2) == 0;
                return (flag, flag);
            case Schema.Type.Int:
                var small = _random.Next(3) == 0 ? Pick(int.MinValue, int.MaxValue, -1, 0, 64, -65) : _random.Next(-1000, 1000);
                return (small, small);
            case Schema.Type.Long:
                var large = _random.Next(3) == 0 ? Pick(long.MinValue, long.MaxValue, -1, 0) : _random.NextInt64(long.MinValue, long.MaxValue);
                return (large, large);
            case Schema.Type.Float:
                var single = _random.Next(3) == 0 ? Pick(float.NaN, float.PositiveInfinity, float.MaxValue, float.Epsilon, -0.0f) : (float)Spread();
                return (single, float.IsFinite(single) ? JsonValue.Create(single) : NoNumber(single));
            case Schema.Type.Double:
                var number = _random.Next(3) == 0 ? Pick(double.NaN, double.NegativeInfinity, double.MaxValue, double.Epsilon, -0.0) : Spread();
                return (number, double.IsFinite(number) ? JsonValue.Create(number) : NoNumber(number));
            case Schema.Type.String:
                var text = Text();
                return (text, text);
            default:
                var bytes = Chance(_random.Next(6));
                return (bytes, Encoding.Latin1.GetString(bytes));
        }
    }

    private T Pick<T>(params ReadOnlySpan<T> values) => values[_random.Next(values.Length)];

    private double Spread() => (_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-30, 30));

    private static JsonNode NoNumber(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private byte[] Chance(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private string Text() => string.Concat(Enumerable.Range(0, _random.Next(8)).Select(_ => Pick("a", "\"", "\\", "\n", "\u0001", "é", "€", "😀", "/", "<", "\u2028", "\u007f")));
}
