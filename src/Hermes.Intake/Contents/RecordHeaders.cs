using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Envelope;

namespace Hermes.Intake.Contents;

/// <summary>What the headers of a record say (compatibility, 3.2).</summary>
internal readonly struct RecordHeaders
{
    private readonly List<KeyValuePair<string, string>>? _propagated;

    public RecordHeaders(Headers? headers, RecordSettings names)
    {
        if (headers is null)
            return;
        foreach (var header in headers)
        {
            // Of several of one name the last counts, as in Hermes; but of propagated ones the first, where Hermes fails (W2).
            if (header.Key == names.IdHeader)
                Id = Text(header);
            else if (header.Key == names.SchemaVersionHeader)
                SchemaVersion = Number(header);
            else if (header.Key == names.SchemaIdHeader)
                SchemaId = Number(header);
            else if (header.Key == LetterHeaders.Published)
                PublishedMs = long.TryParse(Text(header), NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : null;
            else if (header.Key == LetterHeaders.Topic)
                LetterOf = Text(header);
            else if (names.HeaderPropagation && header.Key.StartsWith(names.HeaderPrefix, StringComparison.Ordinal))
                AddFirst(_propagated ??= [], header.Key[names.HeaderPrefix.Length..], header);
        }
    }

    public string? Id { get; }

    public int? SchemaVersion { get; }

    public int? SchemaId { get; }

    /// <summary>When a dead letter's message was published: the letter's own timestamp is that of its writing.</summary>
    public long? PublishedMs { get; }

    /// <summary>The Kafka topic from which a dead letter's message came, which decides what it holds.</summary>
    public string? LetterOf { get; }

    /// <summary>What the publisher added: by headers of the record if there are any, else by its envelope.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExternalMetadata(string id, Unwrapped unwrapped)
    {
        if (_propagated is not { } propagated)
            return unwrapped.ExternalMetadata;
        if (!propagated.Exists(static e => e.Key == AvroEnvelope.IdEntry))
            propagated.Add(new(AvroEnvelope.IdEntry, id));
        return propagated;
    }

    private static void AddFirst(List<KeyValuePair<string, string>> entries, string name, IHeader header)
    {
        if (!entries.Exists(e => e.Key == name))
            entries.Add(new(name, Text(header)));
    }

    private static string Text(IHeader header) => header.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    private static int? Number(IHeader header) => header.GetValueBytes() is { Length: >= 4 } bytes ? BinaryPrimitives.ReadInt32BigEndian(bytes) : null;
}
