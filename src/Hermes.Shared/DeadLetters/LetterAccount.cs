using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Hermes.Shared.DeadLetters;

/// <summary>What a dead letter's headers tell: where the message came from, and why it was discarded.</summary>
/// <param name="Subscription">The qualified name of the subscription.</param>
/// <param name="Topic">The Kafka topic that the message was published to.</param>
/// <param name="Partition">Its partition there.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="PublishedMs">When it was published.</param>
/// <param name="Reason">Why it was discarded.</param>
/// <param name="Attempts">How many attempts were made.</param>
/// <param name="Status">The HTTP status of the last one; 0 when no answer came.</param>
/// <param name="DiscardedAtMs">When it was discarded.</param>
/// <param name="DiscardedBy">By which worker: machine and process id; empty where a letter does not tell.</param>
/// <param name="Times">How often it was discarded.</param>
public sealed record LetterAccount(
    string Subscription, string Topic, int Partition, long Offset, long PublishedMs, string Reason, int Attempts, int Status, long DiscardedAtMs, string DiscardedBy, int Times)
{
    /// <summary>Reads the headers of a record; null when it is no dead letter.</summary>
    public static LetterAccount? Read(Headers? headers)
    {
        if (Text(headers, LetterHeaders.Subscription) is not { } subscription || Text(headers, LetterHeaders.Topic) is not { } topic)
            return null;
        return new(
            subscription, topic, (int)Number(headers, LetterHeaders.Partition), Number(headers, LetterHeaders.Offset), Number(headers, LetterHeaders.Published),
            Text(headers, LetterHeaders.Reason) ?? "", (int)Number(headers, LetterHeaders.Attempts), (int)Number(headers, LetterHeaders.Status),
            Number(headers, LetterHeaders.DiscardedAt), Text(headers, LetterHeaders.DiscardedBy) ?? "", (int)Math.Max(Number(headers, LetterHeaders.Times), 1));
    }

    /// <summary>The headers of the message, with these in place of older ones of the same kind.</summary>
    public Headers Over(Headers? message)
    {
        var headers = new Headers();
        foreach (var header in message ?? [])
        {
            if (!header.Key.StartsWith(LetterHeaders.Prefix, StringComparison.Ordinal))
                headers.Add(header.Key, header.GetValueBytes());
        }
        Add(headers, LetterHeaders.Subscription, Subscription);
        Add(headers, LetterHeaders.Reason, Reason);
        Add(headers, LetterHeaders.Attempts, Attempts);
        if (Status != 0)
            Add(headers, LetterHeaders.Status, Status);
        Add(headers, LetterHeaders.DiscardedAt, DiscardedAtMs);
        Add(headers, LetterHeaders.DiscardedBy, DiscardedBy);
        Add(headers, LetterHeaders.Topic, Topic);
        Add(headers, LetterHeaders.Partition, Partition);
        Add(headers, LetterHeaders.Offset, Offset);
        Add(headers, LetterHeaders.Published, PublishedMs);
        Add(headers, LetterHeaders.Times, Times);
        return headers;
    }

    private static void Add(Headers headers, string name, string value) => headers.Add(name, Encoding.UTF8.GetBytes(value));

    private static void Add(Headers headers, string name, long value) => Add(headers, name, value.ToString(CultureInfo.InvariantCulture));

    private static string? Text(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;

    private static long Number(Headers? headers, string name) =>
        long.TryParse(Text(headers, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
