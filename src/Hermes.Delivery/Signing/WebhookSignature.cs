using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hermes.Delivery.Signing;

/// <summary>Signs a message by Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>The names of the headers that are made for each attempt.</summary>
    public static IReadOnlyList<string> Headers { get; } = [IdHeader, TimestampHeader, SignatureHeader];

    /// <summary>The id that is signed: the message's, or where it has none its place in Kafka, which no retry changes.</summary>
    public static string IdOf(Message message) =>
        message.Id.Length > 0 ? message.Id : string.Create(CultureInfo.InvariantCulture, $"{message.KafkaTopic}-{message.Partition}-{message.Offset}");

    /// <summary>The value of <c>webhook-signature</c>: one signature for each key.</summary>
    public static string Sign(string id, string timestamp, ReadOnlySpan<byte> body, IReadOnlyList<byte[]> keys)
    {
        var head = $"{id}.{timestamp}.";
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length) + body.Length);
        try
        {
            var length = Encoding.UTF8.GetBytes(head, rented);
            body.CopyTo(rented.AsSpan(length));
            var content = rented.AsSpan(0, length + body.Length);
            Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
            var signatures = new StringBuilder(48 * keys.Count);
            for (var i = 0; i < keys.Count; i++)
            {
                HMACSHA256.HashData(keys[i], content, hash);
                signatures.Append(i == 0 ? "v1," : " v1,").Append(Convert.ToBase64String(hash));
            }

            return signatures.ToString();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
