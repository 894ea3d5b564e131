using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hermes.Shared.Envelope;

/// <summary>The JSON around a message, as Hermes's frontend writes it:
/// <c>{"_w":true,"metadata":{"timestamp":…,"id":"…","externalMetadata":{…}},"message":…}</c>.</summary>
/// <remarks>Hermes finds the parts by searching for bytes, so an external metadata entry named <c>message</c> misleads it.
/// Here the value is read as JSON, in one pass and without building a document. A value that is not an envelope is the
/// message itself.</remarks>
public sealed class JsonEnvelope(string messageMember = "message", string metadataMember = "metadata")
{
    private const string Mark = "_w";
    private const string Id = "id";
    private const string Timestamp = "timestamp";
    private const string External = "externalMetadata";
    internal static readonly JsonWriterOptions AsIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Takes a value apart. Bytes that are no JSON, or JSON that is no envelope, come back whole as the body.</summary>
    public Unwrapped Unwrap(ReadOnlyMemory<byte> value)
    {
        try
        {
            return TryUnwrap(value) ?? Bare(value);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return Bare(value);
        }
    }

    /// <summary>Puts a message into an envelope.</summary>
    /// <param name="body">JSON; taken over as it is.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="timestampMs">When it was published, Unix milliseconds.</param>
    /// <param name="externalMetadata">What to add for the subscribers.</param>
    /// <exception cref="ArgumentException">An entry has a name that would mislead Hermes's own reader.</exception>
    public byte[] Wrap(ReadOnlySpan<byte> body, string id, long timestampMs, IEnumerable<KeyValuePair<string, string>> externalMetadata)
    {
        ArgumentNullException.ThrowIfNull(externalMetadata);
        var buffer = new ArrayBufferWriter<byte>(body.Length + 256);
        using var json = new Utf8JsonWriter(buffer, AsIs);
        WriteHead(json, id, timestampMs, Guarded(externalMetadata));
        json.WriteRawValue(body, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>All up to the message itself.</summary>
    internal void WriteHead(Utf8JsonWriter json, string id, long timestampMs, IEnumerable<KeyValuePair<string, string>> externalMetadata)
    {
        json.WriteStartObject();
        json.WriteBoolean(Mark, true);
        json.WriteStartObject(metadataMember);
        json.WriteNumber(Timestamp, timestampMs);
        json.WriteString(Id, id);
        json.WriteStartObject(External);
        foreach (var (name, entry) in externalMetadata)
            json.WriteString(name, entry);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WritePropertyName(messageMember);
    }

    private IEnumerable<KeyValuePair<string, string>> Guarded(IEnumerable<KeyValuePair<string, string>> externalMetadata)
    {
        foreach (var entry in externalMetadata)
        {
            if (entry.Key == messageMember || entry.Key == metadataMember)
                throw new ArgumentException($"External metadata must not be named '{entry.Key}': Hermes would take it for the message.", nameof(externalMetadata));
            yield return entry;
        }
    }

    private static Unwrapped Bare(ReadOnlyMemory<byte> value) => new(value, null, null, []);

    private Unwrapped? TryUnwrap(ReadOnlyMemory<byte> value)
    {
        var reader = new Utf8JsonReader(value.Span);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            return null;
        var isMarked = false;
        ReadOnlyMemory<byte>? body = null;
        var head = new Unwrapped(default, null, null, []);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(Mark))
            {
                reader.Read();
                isMarked = reader.TokenType is JsonTokenType.True;
                reader.Skip();
            }
            else if (reader.ValueTextEquals(metadataMember))
            {
                reader.Read();
                head = ReadMetadata(ref reader);
            }
            else if (reader.ValueTextEquals(messageMember))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = value[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        return isMarked && body is { } found ? head with { Body = found } : null;
    }

    private static Unwrapped ReadMetadata(ref Utf8JsonReader reader)
    {
        string? id = null;
        long? timestamp = null;
        List<KeyValuePair<string, string>>? external = null;
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return Bare(default);
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(Id))
            {
                reader.Read();
                id = reader.GetString();
            }
            else if (reader.ValueTextEquals(Timestamp))
            {
                reader.Read();
                timestamp = reader.GetInt64();
            }
            else if (reader.ValueTextEquals(External))
            {
                reader.Read();
                external = ReadExternal(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        return new(default, id, timestamp, external is null ? [] : external);
    }

    private static List<KeyValuePair<string, string>>? ReadExternal(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }
        List<KeyValuePair<string, string>>? entries = null;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType is JsonTokenType.String)
                (entries ??= []).Add(new(name, reader.GetString()!));
            else
                reader.Skip();
        }
        return entries;
    }
}
