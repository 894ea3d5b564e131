using System.Text.Json;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.Recorded;

/// <summary>What a Java Hermes wrote to ZooKeeper and sent to endpoints, as recorded.</summary>
internal static class Recording
{
    /// <summary>Requests by their path, in order. Two that came at the same moment have their heads first and their rests after.</summary>
    public static IReadOnlyList<RecordedRequest> Requests { get; } = [.. ReadRequests()];

    /// <summary>The topic of the recorded requests.</summary>
    public static TopicDocument Topic { get; } = JsonSerializer.Deserialize(Node("/run/hermes/groups/bench/topics/rec"), DocumentJson.Instance.TopicDocument)!;

    /// <summary>A subscription of that topic, as its node holds it.</summary>
    public static SubscriptionDocument Subscription(string name) =>
        JsonSerializer.Deserialize(Node($"/run/hermes/groups/bench/topics/rec/subscriptions/{name}"), DocumentJson.Instance.SubscriptionDocument)!;

    private static string Node(string path)
    {
        var line = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "zookeeper-tree.txt"))
            .Single(line => line.StartsWith(path + " ", StringComparison.Ordinal));
        return line[(line.IndexOf(" = ", StringComparison.Ordinal) + 3)..];
    }

    private static IEnumerable<RecordedRequest> ReadRequests()
    {
        var heads = new Queue<string>();
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "deliveries.http.txt")))
        {
            if (line.Length == 0) continue;
            if (line[0] is not ' ')
            {
                heads.Enqueue(line.Split(' ')[2]);
                continue;
            }

            var (name, value) = line.Trim().Split(": ", 2) is [var before, var after] ? (before, after) : (line.Trim(), "");
            if (!name.StartsWith("body[", StringComparison.Ordinal))
            {
                headers.Add(new(name, value));
                continue;
            }

            yield return new RecordedRequest(heads.Dequeue(), [.. headers], value);
            headers.Clear();
        }
    }
}
