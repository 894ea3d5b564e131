using System.Buffers;
using System.Text.Json;

namespace Hermes.Shared.Envelope;

/// <summary>Writes what stands before the message in an envelope, over and over into one buffer. Not thread-safe.</summary>
/// <remarks>After the head come the message's bytes and a closing brace.</remarks>
public sealed class EnvelopeHead : IDisposable
{
    private readonly JsonEnvelope _envelope;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly Utf8JsonWriter _json;

    /// <summary>Heads of such envelopes.</summary>
    public EnvelopeHead(JsonEnvelope envelope) => (_envelope, _json) = (envelope, new(_buffer, JsonEnvelope.AsIs));

    /// <summary>The head of one message's envelope; valid until the next call.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="timestampMs">When it was published, Unix milliseconds.</param>
    /// <param name="externalMetadata">What the publisher added.</param>
    public ReadOnlySpan<byte> Write(string id, long timestampMs, IReadOnlyList<KeyValuePair<string, string>> externalMetadata)
    {
        ArgumentNullException.ThrowIfNull(externalMetadata);
        _buffer.ResetWrittenCount();
        _json.Reset();
        _envelope.WriteHead(_json, id, timestampMs, externalMetadata);
        _json.Flush();
        return _buffer.WrittenSpan;
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
