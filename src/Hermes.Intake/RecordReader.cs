using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake.Offsets;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Envelope;

namespace Hermes.Intake;

/// <summary>A record of Kafka as the message that it carries (compatibility, 3.2 and 3.4).</summary>
public sealed class RecordReader
{
    private const string IdHeader = "id";
    private const string PropagatedPrefix = "h-";
    private const string MessageIdEntry = "messageId";
    private readonly JsonEnvelope _envelope = new();

    /// <summary>Reads a record.</summary>
    /// <param name="record">As it came.</param>
    /// <param name="ledger">Its partition's.</param>
    /// <exception cref="InvalidDataException">It carries none; says why.</exception>
    public Message Read(ConsumeResult<byte[], byte[]> record, OffsetLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(ledger);
        var value = record.Message.Value ?? throw new InvalidDataException("The record has no value.");
        var unwrapped = _envelope.Unwrap(value);
        string? id = null;
        List<KeyValuePair<string, string>>? propagated = null;
        long? published = null;
        if (record.Message.Headers is { Count: > 0 } headers)
        {
            foreach (var header in headers)
            {
                if (header.Key == IdHeader)
                    id = Text(header);
                else if (header.Key == LetterHeaders.Published && long.TryParse(Text(header), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
                    published = milliseconds; // a dead letter's own timestamp is that of its writing
                else if (header.Key.StartsWith(PropagatedPrefix, StringComparison.Ordinal))
                    AddFirst(propagated ??= [], header);
            }
        }
        id ??= unwrapped.Id ?? "";
        propagated?.Add(new(MessageIdEntry, id));
        return new()
        {
            Id = id,
            KafkaTopic = ledger.Topic,
            Partition = ledger.Partition,
            Offset = record.Offset.Value,
            Epoch = ledger.Epoch,
            Key = record.Message.Key,
            Record = record.Message,
            Body = unwrapped.Body,
            PublishedMs = published ?? record.Message.Timestamp.UnixTimestampMs,
            ExternalMetadata = propagated ?? unwrapped.ExternalMetadata,
        };
    }

    // Of two headers of one name the first counts. Hermes cannot deliver such a record at all (W2).
    private static void AddFirst(List<KeyValuePair<string, string>> entries, IHeader header)
    {
        var name = header.Key[PropagatedPrefix.Length..];
        if (!entries.Exists(e => e.Key == name))
            entries.Add(new(name, Text(header)));
    }

    private static string Text(IHeader header) => header.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
}
