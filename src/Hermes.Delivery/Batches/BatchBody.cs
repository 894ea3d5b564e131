using System.Buffers;
using System.Text.Json;
using Hermes.Shared.Envelope;

namespace Hermes.Delivery.Batches;

/// <summary>The body of a batch request in a buffer of the pool, which goes back on disposal.</summary>
/// <remarks>It lives as long as one attempt: a batch that rests between two attempts holds no buffer.</remarks>
internal readonly struct BatchBody : IDisposable
{
    // Deeper than any sane message, and no deeper than the stack of the reader.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };
    private static readonly JsonEnvelope Envelope = new();

    [ThreadStatic] private static EnvelopeHead? _head;

    private readonly byte[] _buffer;
    private readonly int _length;

    private BatchBody(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>The bytes that a message takes in a batch; null when its body is no JSON, which would spoil the whole batch.</summary>
    public static int? Measure(Message message)
    {
        if (!IsJson(message.Body.Span)) return null;
        return Head(message).Length + message.Body.Length + 1;
    }

    /// <summary>Writes the messages, measured before, as one array of envelopes.</summary>
    public static BatchBody Write(Batch batch)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(batch.Used + 1);
        try
        {
            return new BatchBody(buffer, Write(batch, buffer));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static int Write(Batch batch, Span<byte> buffer)
    {
        var at = 0;
        foreach (var parcel in batch.Parcels)
        {
            buffer[at] = at == 0 ? (byte)'[' : (byte)',';
            at++;
            var head = Head(parcel.Message);
            head.CopyTo(buffer[at..]);
            at += head.Length;
            parcel.Message.Body.Span.CopyTo(buffer[at..]);
            at += parcel.Message.Body.Length;
            buffer[at++] = (byte)'}';
        }

        buffer[at++] = (byte)']';
        return at;
    }

    private static ReadOnlySpan<byte> Head(Message message) => (_head ??= new(Envelope)).Write(message.Id, message.PublishedMs, message.ExternalMetadata);

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Deep);
        try
        {
            while (reader.Read())
            {
                // What matters is that it comes to its end.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
