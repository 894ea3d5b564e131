using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Registry;

/// <summary>The command by which Hermes's management makes consumers act on its offset nodes (compatibility, 8.2).</summary>
public static class ManagementCommand
{
    private const string Retransmit = "RETRANSMIT";

    /// <summary>Where a command is created, with a sequence.</summary>
    public static string Path(HermesPaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return $"{paths.Commands}/{Retransmit}";
    }

    /// <summary>A command's data.</summary>
    public static byte[] Write(SubscriptionName subscription)
    {
        var command = new JsonObject
        {
            ["name"] = subscription.Name,
            ["topicName"] = new JsonObject { ["groupName"] = subscription.Topic.Group, ["name"] = subscription.Topic.Name },
        };
        return Encoding.UTF8.GetBytes(command.ToJsonString());
    }

    /// <summary>The subscription that a command node is about.</summary>
    /// <returns><see langword="null"/>: it is another command, or cannot be read.</returns>
    public static SubscriptionName? Read(string path, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(path);
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
