using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hermes.Shared.Naming;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>Hermes's task: delete the consumer group of a subscription that was removed (compatibility, 2.8 and 9).</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Datacenter">In whose Kafka cluster.</param>
public sealed record CleanUpTask(SubscriptionName Subscription, string Datacenter)
{
    /// <summary>Reads a task's node.</summary>
    /// <exception cref="InvalidDataException">It is none; says why.</exception>
    public static CleanUpTask Read(string name, ReadOnlyMemory<byte> data)
    {
        try
        {
            using var json = JsonDocument.Parse(data);
            var (subscription, datacenter) = (json.RootElement.GetProperty("subscriptionName"), json.RootElement.GetProperty("datacenter").GetString());
            var topic = subscription.GetProperty("topicName");
            var qualified = $"{topic.GetProperty("groupName").GetString()}.{topic.GetProperty("name").GetString()}${subscription.GetProperty("name").GetString()}";
            if (!SubscriptionName.TryParse(qualified, out var parsed))
                throw new InvalidDataException($"subscriptionName must name a subscription, but is '{qualified}'.");
            if (qualified != name)
                throw new InvalidDataException($"The node is named '{name}', but is about '{qualified}'.");
            return string.IsNullOrEmpty(datacenter) ? throw new InvalidDataException("datacenter must be given.") : new(parsed, datacenter);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"The document cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The task as a node's data.</summary>
    public byte[] Write(DateTimeOffset requestedAt)
    {
        // An instant is decimal seconds with nine digits of fraction.
        var ticks = requestedAt.Ticks - DateTime.UnixEpoch.Ticks;
        var instant = string.Create(CultureInfo.InvariantCulture, $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond:D7}00");
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["subscriptionName"] = new JsonObject
            {
                ["name"] = Subscription.Name,
                ["topicName"] = new JsonObject { ["groupName"] = Subscription.Topic.Group, ["name"] = Subscription.Topic.Name },
            },
            ["datacenter"] = Datacenter,
            ["requestedAt"] = JsonNode.Parse(instant),
        }.ToJsonString());
    }
}
