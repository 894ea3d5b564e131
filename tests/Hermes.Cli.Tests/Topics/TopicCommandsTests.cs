using System.Text.Json.Nodes;
using Confluent.Kafka.Admin;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests.Topics;

/// <summary><c>hermes topic</c> on real ZooKeeper and the Kafka emulator.</summary>
public sealed class TopicCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncDisposable
{
    // As a Java management wrote it.
    private const string Recorded = """
        {"name":"bench.orders","description":"x","owner":{"source":"Plaintext","id":"me"},"retentionTime":{"duration":1,"retentionUnit":"DAYS"},"jsonToAvroDryRun":false,"ack":"LEADER","fallbackToRemoteDatacenterEnabled":false,"chaos":{"mode":"DISABLED","datacenterPolicies":{}},"trackingEnabled":false,"migratedFromJsonType":false,"contentType":"JSON","maxMessageSize":51200,"auth":{"publishers":[],"enabled":false,"unauthenticatedAccessEnabled":true},"subscribingRestricted":false,"offlineStorage":{"enabled":false,"retentionTime":{"duration":0,"infinite":false}}}
        """;

    private readonly Site _site = new(zooKeeper, kafka);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Writes_what_management_writes()
    {
        (await _site.RunAsync("group", "create", "bench")).Succeeded();
        (await _site.RunAsync("topic", "create", "bench.orders", "--description", "x", "--owner", "me", "--set", "offlineStorage.retentionTime.duration=0")).Succeeded();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Recorded), await _site.DocumentAsync("/groups/bench/topics/orders")));
        Assert.NotEqual("", await _site.TextAsync("/groups/bench/topics/orders/subscriptions"));
    }

    [Fact]
    public async Task Creates_the_Kafka_topic_with_its_partitions_and_retention()
    {
        (await _site.RunAsync("group", "create", "shop")).Succeeded();
        (await _site.RunAsync("topic", "create", "shop.orders", "--partitions", "3", "--set", "retentionTime={\"duration\":2,\"retentionUnit\":\"HOURS\"}")).Succeeded();
        Assert.Equal(3, await _site.PartitionsAsync("shop.orders"));
        var configs = await _site.Kafka.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = $"{_site.Namespace}_shop.orders" }]);
        Assert.Equal("7200000", configs[0].Entries["retention.ms"].Value);
    }

    [Fact]
    public async Task Takes_a_document_from_a_file_and_keeps_members_that_it_does_not_know()
    {
        (await _site.RunAsync("group", "create", "shop")).Succeeded();
        var run = await _site.RunWithInputAsync("""{"ack":"ALL","labels":[{"value":"v"}],"future":{"x":1}}""", "topic", "create", "shop.orders", "--file", "-", "--set", "ack=NONE");
        Assert.Contains("future is no member that Hermes knows", run.Succeeded().Error, StringComparison.Ordinal);
        var document = await _site.DocumentAsync("/groups/shop/topics/orders");
        Assert.Equal("NONE", document["ack"]!.ToString());
        Assert.Equal("""[{"value":"v"}]""", document["labels"]!.ToJsonString());
        Assert.Equal(1, document["future"]!["x"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_create_that_ended_before_the_registry_goes_on_when_run_again()
    {
        (await _site.RunAsync("group", "create", "shop")).Succeeded();
        await _site.Kafka.CreateTopicsAsync([new TopicSpecification { Name = $"{_site.Namespace}_shop.orders", NumPartitions = 3 }]);
        (await _site.RunAsync("topic", "create", "shop.orders", "--partitions", "5")).Failed(ExitCode.Failed, "exists already with 3 partitions, not 5");
        Assert.Contains("it is used as it is", (await _site.RunAsync("topic", "create", "shop.orders")).Succeeded().Error, StringComparison.Ordinal);
        Assert.True(await _site.ExistsAsync("/groups/shop/topics/orders"));
    }

    [Fact]
    public async Task A_missing_Kafka_topic_is_repaired_by_creating_again()
    {
        await _site.CreateTopicAsync();
        await _site.Kafka.DeleteTopicsAsync([$"{_site.Namespace}_shop.orders"]);
        await Until.TrueAsync(async () => await _site.PartitionsAsync("shop.orders") == 0, "the Kafka topic is gone");
        (await _site.RunAsync("topic", "publish", "shop.orders")).Failed(ExitCode.Failed, "is missing. 'hermes topic create shop.orders' creates it.");
        Assert.StartsWith("Repaired topic shop.orders", (await _site.RunAsync("topic", "create", "shop.orders", "--partitions", "2")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(2, await _site.PartitionsAsync("shop.orders"));
        (await _site.RunAsync("topic", "create", "shop.orders")).Failed(ExitCode.Failed, "Topic shop.orders exists already.");
    }

    [Fact]
    public async Task Lists_and_shows()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("group", "create", "other")).Succeeded();
        (await _site.RunAsync("topic", "create", "other.things", "--partitions", "1")).Succeeded();
        Assert.Equal("""[{"name":"shop.orders","contentType":"JSON","subscriptions":0}]""", (await _site.RunAsync("topic", "list", "shop", "--json")).Succeeded().Json.ToJsonString());
        Assert.Equal(2, (await _site.RunAsync("topic", "list", "--json")).Succeeded().Json.AsArray().Count);
        var shown = (await _site.RunAsync("topic", "show", "shop.orders", "--offsets", "--json")).Succeeded().Json;
        Assert.Equal("shop.orders", shown["document"]!["name"]!.ToString());
        Assert.Equal($"{_site.Namespace}_shop.orders", shown["kafka"]!["topic"]!.ToString());
        Assert.Equal("""[{"partition":0,"end":0},{"partition":1,"end":0}]""", shown["kafka"]!["partitions"]!.ToJsonString());
        Assert.Contains("retentionTime.duration", (await _site.RunAsync("topic", "show", "shop.orders")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreadable_topic_is_named_and_hides_no_other()
    {
        await _site.CreateTopicAsync();
        await _site.ZooKeeper.CreateAsync($"{_site.Root}/groups/shop/topics/broken", "{"u8.ToArray(), CreateMode.Persistent, TestContext.Current.CancellationToken);
        var list = (await _site.RunAsync("topic", "list", "--json")).Succeeded();
        Assert.Equal("shop.orders", Assert.Single(list.Json.AsArray())!["name"]!.ToString());
        Assert.Contains("shop.broken", list.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deletes_the_nodes_and_the_messages()
    {
        await _site.CreateTopicAsync();
        // Counters that a frontend left below the topic.
        await _site.ZooKeeper.CreateAsync($"{_site.Root}/groups/shop/topics/orders/metrics", default, CreateMode.Persistent, TestContext.Current.CancellationToken);
        await _site.ZooKeeper.CreateAsync($"{_site.Root}/groups/shop/topics/orders/metrics/volume", new byte[8], CreateMode.Persistent, TestContext.Current.CancellationToken);
        (await _site.RunAsync("topic", "delete", "shop.orders")).Succeeded();
        Assert.False(await _site.ExistsAsync("/groups/shop/topics/orders"));
        Assert.True(await _site.ExistsAsync("/groups/shop/topics"));
        await Until.TrueAsync(async () => await _site.PartitionsAsync("shop.orders") == 0, "the Kafka topic is gone");
        (await _site.RunAsync("topic", "delete", "shop.orders")).Failed(ExitCode.Failed, "There is no topic shop.orders.");
    }

    [Fact]
    public async Task Keeps_the_messages_when_told_so_and_deletes_them_later()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("topic", "delete", "shop.orders", "--leftover")).Failed(ExitCode.Failed, "is in the registry");
        (await _site.RunAsync("topic", "delete", "shop.orders", "--keep-messages")).Succeeded();
        Assert.Equal(2, await _site.PartitionsAsync("shop.orders"));
        (await _site.RunAsync("topic", "delete", "shop.orders", "--leftover")).Succeeded();
        await Until.TrueAsync(async () => await _site.PartitionsAsync("shop.orders") == 0, "the Kafka topic is gone");
    }

    [Fact]
    public async Task A_topic_with_subscriptions_and_a_topic_without_a_group_are_refused()
    {
        (await _site.RunAsync("topic", "create", "shop.orders")).Failed(ExitCode.Failed, "hermes group create shop");
        Assert.Equal(0, await _site.PartitionsAsync("shop.orders"));
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "s", "--endpoint", "http://127.0.0.1:9/")).Succeeded();
        (await _site.RunAsync("topic", "delete", "shop.orders")).Failed(ExitCode.Failed, "it still has s");
        Assert.Equal(2, await _site.PartitionsAsync("shop.orders"));
    }
}
