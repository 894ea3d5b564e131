using System.Text;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Confluent.Kafka;
using Hermes.Cli.Output;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Envelope;
using Hermes.Shared.Naming;

namespace Hermes.Cli.DeadLetters;

/// <summary>A dead letter with its place in its topic.</summary>
internal sealed record StoredLetter(int Partition, long Offset, LetterAccount Account, Message<byte[], byte[]> Record)
{
    private static readonly JsonEnvelope Envelope = new();

    /// <summary>The message's id, where it has one.</summary>
    public string? MessageId => Record.Headers is { } headers && headers.TryGetLastBytes("id", out var id) ? Encoding.UTF8.GetString(id)
        : Record.Value is { } value ? Envelope.Unwrap(value).Id : null;

    /// <summary>Null: the record is no letter, or one of another subscription.</summary>
    public static StoredLetter? From(ConsumeResult<byte[], byte[]> record, SubscriptionName subscription) =>
        LetterAccount.Read(record.Message.Headers) is { } account && account.Subscription == subscription.ToString()
            ? new(record.Partition.Value, record.Offset.Value, account, record.Message)
            : null;

    /// <summary>What a list shows.</summary>
    public JsonObject ToRow() => new()
    {
        ["letter"] = $"{Partition}:{Offset}",
        ["discardedAt"] = Moment(Account.DiscardedAtMs),
        ["messageId"] = MessageId,
        ["status"] = Account.Status == 0 ? null : Account.Status,
        ["attempts"] = Account.Attempts,
        ["times"] = Account.Times,
        ["reason"] = Account.Reason,
    };

    /// <summary>All of it.</summary>
    public JsonObject ToDocument()
    {
        var document = ToRow();
        document["discardedBy"] = Account.DiscardedBy is "" ? null : Account.DiscardedBy;
        document["publishedAt"] = Moment(Account.PublishedMs);
        document["topic"] = Account.Topic;
        document["partition"] = Account.Partition;
        document["offset"] = Account.Offset;
        document["key"] = Record.Key is null ? null : Encoding.UTF8.GetString(Record.Key);
        document["headers"] = new JsonArray([.. (Record.Headers ?? []).Where(h => !h.Key.StartsWith(LetterHeaders.Prefix, StringComparison.Ordinal)).Select(h =>
            (JsonNode)new JsonObject { ["name"] = h.Key, ["value"] = h.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : null })]);
        if (Record.Value is null || Utf8.IsValid(Record.Value))
            document["body"] = Record.Value is null ? null : Encoding.UTF8.GetString(Envelope.Unwrap(Record.Value).Body.Span);
        else
            document["bodyBase64"] = Convert.ToBase64String(Record.Value); // Avro, or what nobody could read
        return document;
    }

    private static string Moment(long milliseconds) => Printer.Moment(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
}
