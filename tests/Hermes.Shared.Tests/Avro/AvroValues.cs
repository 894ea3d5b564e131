using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Hermes.Shared.Avro;

namespace Hermes.Shared.Tests.Avro;

public sealed class AvroValues
{
    [Property(MaxTest = 400)]
    public void Are_the_JSON_that_Apaches_library_wrote(int seed)
    {
        var made = RandomValue.Create(seed);
        var json = AvroSchema.Parse(made.SchemaJson).ToJson(made.Bytes);
        Assert.True(Same(made.Expected, JsonNode.Parse(json)), $"{made.SchemaJson}\n{made.Expected.ToJsonString()}\n{Encoding.UTF8.GetString(json)}");
    }

    [Property(MaxTest = 200)]
    public void Come_back_from_JSON_as_the_same_bytes(int seed)
    {
        var made = RandomValue.Create(seed);
        var schema = AvroSchema.Parse(made.SchemaJson);
        using var json = JsonDocument.Parse(schema.ToJson(made.Bytes));
        // A text such as "NaN" could be either branch of a union: the JSON is what must not change.
        Assert.True(Same(made.Expected, JsonNode.Parse(schema.ToJson(schema.ToAvro(json.RootElement)))));
    }

    [Property(MaxTest = 400)]
    public void That_are_cut_or_changed_are_refused_or_read_and_never_worse(int seed)
    {
        var made = RandomValue.Create(seed);
        var schema = AvroSchema.Parse(made.SchemaJson);
        var random = new Random(seed);
        var bytes = made.Bytes.ToArray();
        for (var i = 0; i < 20; i++)
        {
            var changed = bytes[..random.Next(bytes.Length + 1)];
            if (changed.Length > 0)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                schema.ToJson(changed);
            }
            catch (AvroException e)
            {
                Assert.Contains("at byte", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("\"null\"", "", "null")]
    [InlineData("\"boolean\"", "01", "true")]
    [InlineData("\"int\"", "FFFFFFFF0F", "-2147483648")]
    [InlineData("\"long\"", "FEFFFFFFFFFFFFFFFF01", "9223372036854775807")]
    [InlineData("\"string\"", "060A2201", "\"\\n\\\"\\u0001\"")]
    [InlineData("\"bytes\"", "06007FFF", "\"\\u0000\u007fÿ\"")]
    [InlineData("""{"type":"fixed","name":"F","size":2}""", "C3A9", "\"Ã©\"")]
    [InlineData("""{"type":"enum","name":"E","symbols":["UP","DOWN"]}""", "02", "\"DOWN\"")]
    [InlineData("""{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}""", "0404D2", "\"\\u0004Ò\"")]
    [InlineData("""{"type":"long","logicalType":"timestamp-millis"}""", "D00F", "1000")]
    [InlineData("""["null",{"type":"array","items":["int","string"]}]""", "0204000202027800", "[1,\"x\"]")]
    [InlineData("""{"type":"map","values":"int"}""", "030C02610202620400", """{"a":1,"b":2}""")] // a block of two with its length before it
    public void Are_written_byte_for_byte_as_Hermes_writes_them(string schema, string bytes, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(AvroSchema.Parse(schema).ToJson(Convert.FromHexString(bytes))));

    [Theory]
    [InlineData(0d, "0.0")]
    [InlineData(-0d, "-0.0")]
    [InlineData(1d, "1.0")]
    [InlineData(100d, "100.0")]
    [InlineData(1234567d, "1234567.0")]
    [InlineData(9999999.5, "9999999.5")]
    [InlineData(10000000d, "1.0E7")]
    [InlineData(123456789d, "1.23456789E8")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.00099, "9.9E-4")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e100, "1.0E100")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    public void Of_floating_point_are_written_as_Java_writes_them(double number, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(AvroSchema.Parse("\"double\"").ToJson(BitConverter.GetBytes(number))));

    [Fact]
    public void Of_single_precision_have_the_digits_that_single_precision_needs() =>
        Assert.Equal("0.1", Encoding.UTF8.GetString(AvroSchema.Parse("\"float\"").ToJson(BitConverter.GetBytes(0.1f))));

    [Theory]
    [InlineData("\"string\"", "0A41")] // longer than what is there
    [InlineData("\"string\"", "01")] // a length below zero
    [InlineData("\"int\"", "FEFFFFFFFFFFFFFFFF01")] // a long
    [InlineData("\"long\"", "FFFFFFFFFFFFFFFFFFFFFF01")] // without end
    [InlineData("""["null","int"]""", "04")] // no such branch
    [InlineData("""{"type":"enum","name":"E","symbols":["UP"]}""", "02")]
    [InlineData("""{"type":"array","items":"null"}""", "FEFFFFFFFFFFFFFFFF01")] // items without weight
    [InlineData("""{"type":"array","items":"null"}""", "01")] // a count of which there is no positive
    public void That_are_none_of_their_schema_are_refused(string schema, string bytes) =>
        Assert.Throws<AvroException>(() => AvroSchema.Parse(schema).ToJson(Convert.FromHexString(bytes)));

    [Fact]
    public void Nested_without_end_are_refused_before_the_stack_is_full()
    {
        var schema = AvroSchema.Parse("""{"type":"record","name":"Node","fields":[{"name":"next","type":["null","Node"]}]}""");
        var bytes = Enumerable.Repeat((byte)2, 1_000_000).ToArray();
        Assert.Contains("nested", Assert.Throws<AvroException>(() => schema.ToJson(bytes)).Message, StringComparison.Ordinal);
        Assert.Equal("""{"next":{"next":null}}""", Encoding.UTF8.GetString(schema.ToJson([2, 0])));
    }

    [Fact]
    public void Made_from_JSON_take_defaults_and_name_what_does_not_fit()
    {
        var schema = AvroSchema.Parse("""
            {"type":"record","name":"Order","fields":[
              {"name":"id","type":"long"},
              {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["NEW","OLD"]},"default":"NEW"},
              {"name":"address","type":["null",{"type":"record","name":"Address","fields":[{"name":"zip","type":"string"}]}],"default":null}]}
            """);
        Assert.Equal([14, 0, 0], Encode("""{"id":7}"""));
        Assert.Equal([14, 2, 2, 2, (byte)'x'], Encode("""{"id":7,"kind":"OLD","address":{"zip":"x"}}"""));
        Assert.Contains("id is missing", Fault("{}"), StringComparison.Ordinal);
        Assert.Contains("id: a long is asked for", Fault("""{"id":"7"}"""), StringComparison.Ordinal);
        Assert.Contains("Order has no field name", Fault("""{"id":7,"name":1}"""), StringComparison.Ordinal);
        Assert.Contains("address", Fault("""{"id":7,"address":{"town":1}}"""), StringComparison.Ordinal);

        string Fault(string json) => Assert.Throws<AvroException>(() => Encode(json)).Message;
        byte[] Encode(string json)
        {
            using var document = JsonDocument.Parse(json);
            return schema.ToAvro(document.RootElement);
        }
    }

    private static bool Same(JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (null, null) => true,
        (JsonObject e, JsonObject a) => e.Count == a.Count && e.All(m => a.ContainsKey(m.Key) && Same(m.Value, a[m.Key])),
        (JsonArray e, JsonArray a) => e.Count == a.Count && e.Zip(a).All(pair => Same(pair.First, pair.Second)),
        (JsonValue e, JsonValue a) when e.GetValueKind() is JsonValueKind.Number && a.GetValueKind() is JsonValueKind.Number => SameNumber(e, a),
        (JsonValue e, JsonValue a) => JsonNode.DeepEquals(e, a),
        _ => false,
    };

    private static bool SameNumber(JsonValue expected, JsonValue actual) =>
        expected.TryGetValue<float>(out var single) ? float.Parse(actual.ToJsonString()) == single
        : expected.TryGetValue<double>(out var number) ? double.Parse(actual.ToJsonString()) == number
        : expected.ToJsonString() == actual.ToJsonString();
}
