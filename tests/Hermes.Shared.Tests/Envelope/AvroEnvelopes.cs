using System.Text;
using System.Text.Json;
using Hermes.Shared.Avro;
using Hermes.Shared.Envelope;

namespace Hermes.Shared.Tests.Envelope;

public sealed class AvroEnvelopes
{
    private const string Metadata = """{"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null}""";

    [Theory]
    [InlineData("""{"type":"record","name":"M","fields":[{"name":"a","type":"int"},""" + Metadata + """,{"name":"b","type":"string"}]}""", """{"a":1,"b":"x"}""")]
    [InlineData("""{"type":"record","name":"M","fields":[""" + Metadata + """,{"name":"b","type":"string"}]}""", """{"b":"x"}""")]
    [InlineData("""{"type":"record","name":"M","fields":[""" + Metadata + "]}", "{}")]
    public void The_body_has_no_metadata_and_the_metadata_no_timestamp(string schema, string body)
    {
        var (compiled, bytes) = Encode(schema, body, """{"messageId":"m1","timestamp":"1736505881123","trace":"t"}""");
        var read = AvroEnvelope.Unwrap(compiled, bytes, asJson: true);
        Assert.Equal(body, Encoding.UTF8.GetString(read.Body.Span));
        Assert.Equal("m1", read.Id);
        Assert.Equal(1736505881123, read.TimestampMs);
        Assert.Equal([new("messageId", "m1"), new("trace", "t")], read.ExternalMetadata); // the id stays, as in Hermes
        Assert.Equal(bytes, AvroEnvelope.Unwrap(compiled, bytes, asJson: false).Body.ToArray());
    }

    [Fact]
    public void Null_metadata_and_a_schema_without_them_are_taken()
    {
        var (withNull, bytes) = Encode("""{"type":"record","name":"M","fields":[{"name":"a","type":"int"},""" + Metadata + "]}", """{"a":1}""", null);
        var read = AvroEnvelope.Unwrap(withNull, bytes, asJson: true);
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(read.Body.Span));
        Assert.Null(read.Id);
        Assert.Empty(read.ExternalMetadata);
        var without = AvroSchema.Parse("""{"type":"record","name":"M","fields":[{"name":"a","type":"int"}]}""");
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(AvroEnvelope.Unwrap(without, new byte[] { 2 }, asJson: true).Body.Span));
    }

    [Theory]
    [InlineData("\"string\"")]
    [InlineData("""{"type":"record","name":"M","fields":[{"name":"__metadata","type":"int"}]}""")]
    [InlineData("""{"type":"record","name":"M","fields":[{"name":"__metadata","type":{"type":"map","values":"string"}}]}""")]
    public void What_is_no_message_of_Hermes_is_refused(string schema) =>
        Assert.Throws<AvroException>(() => AvroEnvelope.Unwrap(AvroSchema.Parse(schema), new byte[] { 2 }, asJson: false));

    private static (AvroSchema Schema, byte[] Bytes) Encode(string schema, string body, string? metadata)
    {
        var compiled = AvroSchema.Parse(schema);
        var whole = metadata is null ? body : $"{body[..^1]}{(body.Length > 2 ? "," : "")}\"__metadata\":{metadata}}}";
        using var json = JsonDocument.Parse(whole);
        return (compiled, compiled.ToAvro(json.RootElement));
    }
}
