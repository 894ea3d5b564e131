using System.Text;
using Hermes.Shared.Avro;

namespace Hermes.Shared.Envelope;

/// <summary>The Avro around a message, as Hermes's frontend writes it: a record whose field <c>__metadata</c>, a nullable map of text, holds
/// <c>messageId</c> (the documentation of JSON calls it so too, and there it is <c>id</c>: trap T8), <c>timestamp</c>, and what the publisher
/// added.</summary>
public static class AvroEnvelope
{
    /// <summary>The field.</summary>
    public const string MetadataField = "__metadata";

    /// <summary>The entry with the message's id. Hermes hands it on to subscribers as a header of this name, and so do we.</summary>
    public const string IdEntry = "messageId";

    /// <summary>The entry with the time of publication, in decimal milliseconds.</summary>
    public const string TimestampEntry = "timestamp";

    /// <summary>Whether values of a schema can hold metadata. Hermes asks it of the schemas of its topics.</summary>
    public static bool HasMetadata(AvroSchema schema) => schema is AvroRecord record && record.Fields.Any(f => f.Name == MetadataField);

    /// <summary>Takes a value apart, in one pass over its bytes.</summary>
    /// <param name="schema">What it was written by.</param>
    /// <param name="value">The record's bytes, without any prefix.</param>
    /// <param name="asJson">Whether the body is to be JSON, without the metadata; else it is the value as it is.</param>
    /// <exception cref="AvroException">The bytes are no value of the schema, or the schema is none of Hermes's.</exception>
    public static Unwrapped Unwrap(AvroSchema schema, ReadOnlyMemory<byte> value, bool asJson)
    {
        if (schema is not AvroRecord record)
            throw new AvroException("The schema is no record.");
        var reader = new AvroReader(value.Span);
        using var json = asJson ? new JsonText(value.Length * 2) : null;
        List<KeyValuePair<string, string>>? metadata = null;
        var separator = (byte)'{';
        foreach (var field in record.Fields)
        {
            if (field.Name == MetadataField)
            {
                metadata = ReadMetadata(field.Schema, ref reader);
            }
            else if (json is null)
            {
                field.Schema.Skip(ref reader);
            }
            else
            {
                json.Byte(separator);
                separator = (byte)',';
                json.Raw(field.Member);
                field.Schema.WriteJson(ref reader, json);
            }
        }
        if (json is not null && separator == '{')
            json.Byte(separator);
        json?.Byte((byte)'}');
        var body = json is null ? value : json.ToArray();
        return metadata is null ? new(body, null, null, []) : WithMetadata(body, metadata);
    }

    private static Unwrapped WithMetadata(ReadOnlyMemory<byte> body, List<KeyValuePair<string, string>> metadata)
    {
        long? timestamp = null;
        if (metadata.FindIndex(e => e.Key == TimestampEntry) is >= 0 and var at)
        {
            if (long.TryParse(metadata[at].Value, out var ms))
                timestamp = ms;
            metadata.RemoveAt(at);
        }
        var id = metadata.Find(e => e.Key == IdEntry).Value;
        return new(body, id, timestamp, metadata);
    }

    private static List<KeyValuePair<string, string>>? ReadMetadata(AvroSchema schema, ref AvroReader reader)
    {
        while (schema is AvroUnion union)
            schema = union.Branch(ref reader);
        switch (schema)
        {
            case AvroNull:
                return null;
            case AvroMap { Values: AvroString }:
                var entries = new List<KeyValuePair<string, string>>(4);
                for (var count = reader.Block(); count > 0; count = reader.Block())
                {
                    for (; count > 0; count--)
                        Add(entries, Encoding.UTF8.GetString(reader.Bytes()), Encoding.UTF8.GetString(reader.Bytes()));
                }
                return entries;
            default:
                throw new AvroException($"The schema's {MetadataField} is no map of strings, but a {schema.Name}.");
        }
    }

    // Of two entries with one name the later counts, as in a map of Java.
    private static void Add(List<KeyValuePair<string, string>> entries, string name, string value)
    {
        var before = entries.FindIndex(e => e.Key == name);
        if (before < 0)
            entries.Add(new(name, value));
        else
            entries[before] = new(name, value);
    }
}
