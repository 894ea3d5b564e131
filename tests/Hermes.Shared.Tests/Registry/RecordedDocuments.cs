using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Tests.Registry;

/// <summary>Every document that a running Hermes had in ZooKeeper, read and written back.</summary>
public sealed partial class RecordedDocuments
{
    [Fact]
    public void Each_is_written_back_equal_in_meaning()
    {
        var counts = (Groups: 0, Topics: 0, Subscriptions: 0);
        foreach (var (path, data) in Nodes())
        {
            if (Subscription().IsMatch(path))
            {
                RoundTrip(path, data, DocumentJson.Instance.SubscriptionDocument);
                counts.Subscriptions++;
            }
            else if (Topic().IsMatch(path))
            {
                RoundTrip(path, data, DocumentJson.Instance.TopicDocument);
                counts.Topics++;
            }
            else if (Group().IsMatch(path))
            {
                RoundTrip(path, data, DocumentJson.Instance.GroupDocument);
                counts.Groups++;
            }
        }
        Assert.Equal((1, 2, 10), counts);
    }

    [Fact]
    public void The_OAuth_provider_is_read_in_full()
    {
        var (_, data) = Nodes().Single(node => node.Path.EndsWith("/oauth-providers/idp", StringComparison.Ordinal));
        var provider = JsonSerializer.Deserialize(data, DocumentJson.Instance.OAuthProviderDocument)!;
        Assert.Equal(("idp", "http://127.0.0.1:9997/token", "c", "s"), (provider.Name, provider.TokenEndpoint, provider.ClientId, provider.ClientSecret));
        Assert.Equal((1, 30, 500, 500), (provider.TokenRequestInitialDelay, provider.TokenRequestMaxDelay, provider.RequestTimeout, provider.SocketTimeout));
        Assert.Null(provider.Others);
    }

    [Fact]
    public void Members_that_are_not_known_are_kept_at_every_level()
    {
        const string Json = """
            {"topicName":"g.t","name":"s","endpoint":"http://h/","state":"RESTING","subscriptionPolicy":{"rate":5,"future":{"a":[1]}},
             "owner":{"source":"Plaintext","id":"me","team":7},"filters":[{"type":"new","depth":3}],"createdAt":1736505881.123456789,"later":null}
            """;
        var document = JsonSerializer.Deserialize(Json, DocumentJson.Instance.SubscriptionDocument)!;
        Assert.False(document.IsServed); // a state that is not known is not served
        var changed = document with { State = SubscriptionState.Active, SubscriptionPolicy = document.SubscriptionPolicy! with { Rate = 6 } };
        var expected = JsonNode.Parse(Json)!;
        expected["state"] = "ACTIVE";
        expected["subscriptionPolicy"]!["rate"] = 6;
        var written = JsonSerializer.Serialize(changed, DocumentJson.Instance.SubscriptionDocument);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(written)), written);
        Assert.Contains("1736505881.123456789", written, StringComparison.Ordinal); // an instant keeps its nine digits
    }

    private static void RoundTrip<T>(string path, string data, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var written = JsonSerializer.Serialize(JsonSerializer.Deserialize(data, type)!, type);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(data), JsonNode.Parse(written)), $"{path}\n{data}\n{written}");
    }

    private static IEnumerable<(string Path, string Data)> Nodes() =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recorded", "zookeeper-tree.txt"))
        let match = Line().Match(line)
        where match.Success && match.Groups["data"].Value.StartsWith('{')
        select (match.Groups["path"].Value, match.Groups["data"].Value);

    [GeneratedRegex(@"^(?<path>/\S+)(?: \[ephemeral\])? v\d+ = (?<data>.*)$", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("/groups/[^/]+$", RegexOptions.None, 1000)]
    private static partial Regex Group();

    [GeneratedRegex("/topics/[^/]+$", RegexOptions.None, 1000)]
    private static partial Regex Topic();

    [GeneratedRegex("/subscriptions/[^/]+$", RegexOptions.None, 1000)]
    private static partial Regex Subscription();
}
