using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hermes.Shared.Envelope;

namespace Hermes.Shared.Tests.Envelope;

/// <summary>The JSON around messages: as Hermes wrote it, and bare.</summary>
public sealed class Envelopes
{
    private readonly JsonEnvelope _envelope = new();

    [Fact]
    public void What_Hermes_recorded_is_taken_apart()
    {
        var unwrapped = Unwrap("""{"_w":true,"metadata":{"timestamp":1795417829599,"id":"4e9eaf1f-ef97-4520-89e5-5db9dcc3f1b1","externalMetadata":{"k":"v","x":"ż"}},"message":{"id":4,"t":"żółć"}}""");
        Assert.Equal("""{"id":4,"t":"żółć"}""", Encoding.UTF8.GetString(unwrapped.Body.Span));
        Assert.Equal(("4e9eaf1f-ef97-4520-89e5-5db9dcc3f1b1", 1795417829599L), (unwrapped.Id, unwrapped.TimestampMs));
        Assert.Equal([new("k", "v"), new("x", "ż")], unwrapped.ExternalMetadata);
    }

    [Theory]
    [InlineData("""{"message":{"a":1},"metadata":{"id":"x"},"_w":true}""", """{"a":1}""")] // any order
    [InlineData("""{"_w":true,"metadata":{"id":"x","externalMetadata":{"message":"no"}},"message":[1, 2]}""", "[1, 2]")] // misleads a search for bytes
    [InlineData("""{"_w":true,"metadata":{"id":"x","new":{"a":[1]}},"other":[{}],"message":"text"}""", "\"text\"")]
    [InlineData(""" { "_w" : true , "metadata" : { "id" : "x" } , "message" : 7 } """, "7")]
    public void The_message_alone_is_the_body(string value, string body)
    {
        var unwrapped = Unwrap(value);
        Assert.Equal(body, Encoding.UTF8.GetString(unwrapped.Body.Span));
        Assert.Equal("x", unwrapped.Id);
    }

    [Theory]
    [InlineData("""{"a":1}"""), InlineData("""{"_w":false,"metadata":{},"message":1}"""), InlineData("""{"_w":true,"metadata":{}}""")]
    [InlineData("""{"_w":true,"metadata":{"id":7},"message":1}"""), InlineData("""{"_w":true,"message":{"""), InlineData("no json"), InlineData("")]
    [InlineData("[1]"), InlineData("""{"_w":true,"metadata":{"timestamp":"soon"},"message":1}""")]
    public void What_is_no_envelope_is_the_message_itself(string value)
    {
        var unwrapped = Unwrap(value);
        Assert.Equal(value, Encoding.UTF8.GetString(unwrapped.Body.Span));
        Assert.Null(unwrapped.Id);
        Assert.Empty(unwrapped.ExternalMetadata);
    }

    [Fact]
    public void Is_written_as_the_frontend_writes_it()
    {
        var value = _envelope.Wrap("""{"a": 1}"""u8, "id-1", 17, [new("k", "v\"")]);
        Assert.Equal("""{"_w":true,"metadata":{"timestamp":17,"id":"id-1","externalMetadata":{"k":"v\""}},"message":{"a": 1}}""", Encoding.UTF8.GetString(value));
    }

    [Theory, InlineData("message"), InlineData("metadata")]
    public void Metadata_that_would_mislead_Hermes_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => _envelope.Wrap("1"u8, "id", 0, [new(name, "x")]));

    [Property]
    public Property What_is_wrapped_is_unwrapped(NonNull<string> id, long timestamp, NonNull<string> text)
    {
        // Half of a surrogate pair is no text that UTF-8 could carry.
        var isText = !id.Get.Concat(text.Get).Any(char.IsSurrogate);
        return new Func<bool>(() =>
        {
            var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(text.Get);
            var unwrapped = _envelope.Unwrap(_envelope.Wrap(body, id.Get, timestamp, [new("h", text.Get)]));
            return unwrapped.Body.Span.SequenceEqual(body) && unwrapped.Id == id.Get && unwrapped.TimestampMs == timestamp
                && unwrapped.ExternalMetadata.Single().Value == text.Get;
        }).When(isText);
    }

    private Unwrapped Unwrap(string value) => _envelope.Unwrap(Encoding.UTF8.GetBytes(value));
}
