using System.Text.Json;
using Hermes.Shared.Avro;

namespace Hermes.Shared.Tests.Avro;

public sealed class AvroPaths
{
    private static readonly AvroSchema Schema = AvroSchema.Parse("""
        {"type":"record","name":"R","fields":[
          {"name":"id","type":"string"},
          {"name":"n","type":["null","int"],"default":null},
          {"name":"d","type":"double","default":2.5},
          {"name":"kind","type":{"type":"enum","name":"K","symbols":["UP","DOWN"]},"default":"UP"},
          {"name":"inner","type":["null",{"type":"record","name":"I","fields":[{"name":"x","type":"string"},{"name":"y","type":["null","string"],"default":null}]}],"default":null},
          {"name":"list","type":{"type":"array","items":"I"},"default":[]},
          {"name":"words","type":{"type":"array","items":"string"},"default":[]},
          {"name":"map","type":{"type":"map","values":"I"},"default":{}},
          {"name":"last","type":"boolean","default":true}]}
        """);

    private const string Value = """
        {"id":"a.b","inner":{"x":"1"},"list":[{"x":"p","y":"q"},{"x":"r"}],"words":["v","w"],"map":{"k":{"x":"m"},"l.m":{"x":"o"}}}
        """;

    [Theory]
    [InlineData("id", "a.b")]
    [InlineData(".id.", "a.b")]
    [InlineData("n", "null")]
    [InlineData("d", "2.5")]
    [InlineData("kind", "UP")]
    [InlineData("last", "true")]
    [InlineData("absent", "null")]
    [InlineData("absent.x")]
    [InlineData("id.x")]
    [InlineData("inner.x", "1")]
    [InlineData("inner.y", "null")]
    [InlineData("inner.z", "null")]
    [InlineData("inner", """{"x":"1","y":null}""")]
    [InlineData("list[0].x", "p")]
    [InlineData("list[1].y", "null")]
    [InlineData("list[2]", "null")]
    [InlineData("list[2].x")]
    [InlineData("list[*].x", "p", "r")]
    [InlineData("list[*].y", "q", "null")]
    [InlineData("list.x")]
    [InlineData("words[*]", "v", "w")]
    [InlineData("words[1]", "w")]
    [InlineData("words", """["v","w"]""")]
    [InlineData("words[*].x")]
    [InlineData("inner[0]")]
    [InlineData("map.k.x", "m")]
    [InlineData("map.z", "null")]
    [InlineData("map.z.x")]
    public void Find_what_Hermes_finds(string path, params string[] found)
    {
        using var json = JsonDocument.Parse(Value);
        Assert.Equal(found, AvroPath.Parse(path).Select(Schema, Schema.ToAvro(json.RootElement)));
    }

    [Fact]
    public void With_an_index_beyond_all_arrays_are_refused() =>
        Assert.Contains("99999999999", Assert.Throws<ArgumentException>(() => AvroPath.Parse("a[99999999999]")).Message, StringComparison.Ordinal);
}
