using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Hermes.Shared.Avro;
using Hermes.Shared.Envelope;
using Hermes.Shared.Schemas;

namespace Hermes.Cli.Publishing;

/// <summary>Avro of one schema, made from JSON as Hermes's frontend makes it: with the metadata in a field of its own, the schema's version in a
/// header, and its id before the value where the topic has it so (compatibility, 3.5).</summary>
internal sealed class AvroForm(CompiledSchema schema, bool hasPrefix, RecordSettings records) : IMessageForm
{
    private const int PrefixLength = 5;
    private readonly bool _hasMetadata = AvroEnvelope.HasMetadata(schema.Schema);

    public byte[] ToValue(byte[] line, JsonElement message, string id, long timestampMs, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (message.ValueKind is not JsonValueKind.Object)
            throw new FormatException($"is {message.ValueKind}, and the topic's schema asks for an object.");
        using var whole = JsonDocument.Parse(WithMetadata(message, id, timestampMs, headers));
        try
        {
            var avro = schema.Schema.ToAvro(whole.RootElement);
            return hasPrefix ? [.. Prefix(), .. avro] : avro;
        }
        catch (AvroException e)
        {
            throw new FormatException($"does not fit version {schema.Version} of the topic's schema: {e.Message}.", e);
        }
    }

    public void AddTo(Headers record)
    {
        if (schema.Version is { } version)
            record.Add(records.SchemaVersionHeader, BigEndian(version));
        if (records.SchemaIdHeaderEnabled && schema.Id is { } id)
            record.Add(records.SchemaIdHeader, BigEndian(id));
    }

    private byte[] WithMetadata(JsonElement message, string id, long timestampMs, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (_hasMetadata)
            {
                writer.WriteStartObject(AvroEnvelope.MetadataField);
                writer.WriteString(AvroEnvelope.IdEntry, id);
                writer.WriteString(AvroEnvelope.TimestampEntry, timestampMs.ToString(CultureInfo.InvariantCulture));
                foreach (var (name, value) in headers)
                    writer.WriteString(name, value);
                writer.WriteEndObject();
            }
            foreach (var member in message.EnumerateObject())
            {
                if (member.Name == AvroEnvelope.MetadataField)
                    throw new FormatException($"has a member '{AvroEnvelope.MetadataField}', which is Hermes's own.");
                member.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private byte[] Prefix()
    {
        var prefix = new byte[PrefixLength];
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), schema.Id!.Value);
        return prefix;
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
