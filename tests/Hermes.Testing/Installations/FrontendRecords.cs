using System.Buffers.Binary;
using System.Text;
using Confluent.Kafka;
using Hermes.Shared.Envelope;

namespace Hermes.Testing.Installations;

/// <summary>Records of Kafka as Hermes's frontend writes them.</summary>
public static class FrontendRecords
{
    private static readonly JsonEnvelope Envelope = new();

    /// <summary>A message of a JSON topic, in its envelope.</summary>
    public static Message<byte[], byte[]> Json(string id, string? key, string body, DateTimeOffset time, params KeyValuePair<string, string>[] headers) => new()
    {
        Key = key is null ? null! : Encoding.UTF8.GetBytes(key),
        Value = Envelope.Wrap(Encoding.UTF8.GetBytes(body), id, time.ToUnixTimeMilliseconds(), headers),
        Headers = new() { { "id", Encoding.UTF8.GetBytes(id) } },
        Timestamp = new(time),
    };

    /// <summary>A message of an Avro topic.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="version">The version of the schema that they are of.</param>
    /// <param name="time">When; at its sending by default.</param>
    public static Message<byte[], byte[]> Avro(string id, byte[] value, int version, DateTimeOffset? time = null)
    {
        var header = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(header, version);
        return new()
        {
            Value = value,
            Headers = new() { { "id", Encoding.UTF8.GetBytes(id) }, { "sv", header } },
            Timestamp = time is { } at ? new(at) : Timestamp.Default,
        };
    }
}
