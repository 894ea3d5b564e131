using System.Text;
using Hermes.Shared.Avro;

namespace Hermes.Shared.Tests.Avro;

public sealed class AvroSchemas
{
    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("7", "no type")]
    [InlineData("\"strin\"", "type 'strin' is unknown")]
    [InlineData("{}", "has no 'type'")]
    [InlineData("""{"type":"record","name":"R"}""", "has no 'fields'")]
    [InlineData("""{"type":"record","name":"R","fields":[{"name":"a","type":"Foo"}]}""", "R.a: type 'Foo' is unknown")]
    [InlineData("""{"type":"fixed","name":"F","size":-1}""", "'size' is no size")]
    [InlineData("""["null",{"type":"enum","name":"E","symbols":["A"]},{"type":"enum","name":"E","symbols":["B"]}]""", "'E' is defined twice")]
    public void That_are_none_are_refused_by_the_place(string schema, string fault) =>
        Assert.Contains(fault, Assert.Throws<AvroException>(() => AvroSchema.Parse(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_are_found_in_their_namespaces()
    {
        var schema = AvroSchema.Parse("""
            {"type":"record","name":"pl.shop.Order","fields":[
              {"name":"a","type":{"type":"record","name":"Part","fields":[{"name":"n","type":"int"}]}},
              {"name":"b","type":"Part"},
              {"name":"c","type":"pl.shop.Part"},
              {"name":"d","type":{"type":"record","name":"Part","namespace":"other","fields":[{"name":"s","type":"string"}]}},
              {"name":"e","type":["null","other.Part"],"aliases":["x"],"doc":"y","order":"ignore"}]}
            """);
        Assert.Equal("""{"a":{"n":1},"b":{"n":2},"c":{"n":3},"d":{"s":"x"},"e":{"s":"y"}}""",
            Encoding.UTF8.GetString(schema.ToJson([2, 4, 6, 2, (byte)'x', 2, 2, (byte)'y'])));
    }
}
