using System.Text.Json;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Consumer.Orders;

/// <summary>The command by which Hermes's management makes consumers act on its offset nodes (compatibility, 8.2).</summary>
internal static class ManagementCommand
{
    private const string Retransmit = "RETRANSMIT";

    /// <summary>The subscription that a command node is about.</summary>
    /// <returns><see langword="null"/>: it is another command, or cannot be read.</returns>
    public static SubscriptionName? Read(string path, ReadOnlySpan<byte> data)
    {
        if (!path[(path.LastIndexOf('/') + 1)..].StartsWith(Retransmit, StringComparison.Ordinal))
            return null;
        try
        {
            var reader = new Utf8JsonReader(data);
            using var json = JsonDocument.ParseValue(ref reader);
            var (name, topic) = (json.RootElement.GetProperty("name").GetString(), json.RootElement.GetProperty("topicName"));
            return SubscriptionName.TryParse($"{topic.GetProperty("groupName").GetString()}.{topic.GetProperty("name").GetString()}${name}", out var subscription)
                ? subscription
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
