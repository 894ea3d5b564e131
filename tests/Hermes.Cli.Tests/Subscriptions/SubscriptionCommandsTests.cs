using System.Globalization;
using System.Text.Json.Nodes;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests.Subscriptions;

/// <summary><c>hermes subscription</c> on real ZooKeeper and the Kafka emulator.</summary>
public sealed class SubscriptionCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncDisposable
{
    // As a Java management wrote them at creation.
    private const string RecordedSerial = """
        {"topicName":"bench.orders","name":"gone","endpoint":"http://127.0.0.1:9999/gone","state":"PENDING","description":"x","subscriptionPolicy":{"rate":400,"messageTtl":3600,"messageBackoff":100,"requestTimeout":1000,"socketTimeout":0,"sendingDelay":0,"backoffMultiplier":1.0,"backoffMaxIntervalInSec":600,"retryClientErrors":false,"backoffMaxIntervalMillis":600000},"trackingEnabled":false,"trackingMode":"trackingOff","owner":{"source":"Plaintext","id":"me"},"monitoringDetails":{"severity":"NON_IMPORTANT","reaction":""},"contentType":"JSON","deliveryType":"SERIAL","filters":[],"mode":"ANYCAST","headers":[],"endpointAddressResolverMetadata":{},"http2Enabled":false,"profilingEnabled":false,"profilingThresholdMs":0,"subscriptionIdentityHeadersEnabled":false,"autoDeleteWithTopicEnabled":false,"metricsConfig":{"messageProcessing":{"thresholdsMilliseconds":[],"enabled":false}}}
        """;
    private const string RecordedBatch = """
        {"topicName":"bench.orders","name":"batch","endpoint":"http://127.0.0.1:9999/batch","state":"PENDING","description":"x","subscriptionPolicy":{"messageTtl":60,"retryClientErrors":false,"messageBackoff":100,"requestTimeout":1000,"batchSize":50,"batchTime":1000,"batchVolume":65536},"trackingEnabled":false,"trackingMode":"trackingOff","owner":{"source":"Plaintext","id":"me"},"monitoringDetails":{"severity":"CRITICAL","reaction":"call"},"contentType":"JSON","deliveryType":"BATCH","filters":[{"type":"jsonpath","path":"$.orderId","matcher":"^1.*"}],"mode":"ANYCAST","headers":[{"name":"X-A","value":"b"}],"endpointAddressResolverMetadata":{},"http2Enabled":false,"profilingEnabled":false,"profilingThresholdMs":0,"subscriptionIdentityHeadersEnabled":false,"autoDeleteWithTopicEnabled":false,"metricsConfig":{"messageProcessing":{"thresholdsMilliseconds":[],"enabled":false}}}
        """;

    private const string Node = "/groups/shop/topics/orders/subscriptions/billing";
    private const string CleanUpTask = "/consumer-group-to-delete/tasks/shop.orders$billing";
    private readonly Site _site = new(zooKeeper, kafka);

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Writes_what_management_writes()
    {
        (await _site.RunAsync("group", "create", "bench")).Succeeded();
        (await _site.RunAsync("topic", "create", "bench.orders", "--partitions", "1")).Succeeded();
        (await _site.RunAsync("subscription", "create", "bench.orders", "gone", "--endpoint", "http://127.0.0.1:9999/gone", "--description", "x", "--owner", "me")).Succeeded();
        (await _site.RunAsync("subscription", "create", "bench.orders", "batch", "--endpoint", "http://127.0.0.1:9999/batch", "--description", "x", "--owner", "Plaintext:me",
            "--delivery-type", "BATCH", "--set", "subscriptionPolicy={\"messageBackoff\":100,\"requestTimeout\":1000,\"batchSize\":50,\"batchTime\":1000,\"batchVolume\":65536,\"messageTtl\":60,\"retryClientErrors\":false}",
            "--set", "monitoringDetails.severity=CRITICAL", "--set", "monitoringDetails.reaction=call",
            "--set", "filters[0]={\"type\":\"jsonpath\",\"path\":\"$.orderId\",\"matcher\":\"^1.*\"}", "--set", "headers[0].name=X-A", "--set", "headers[0].value=b")).Succeeded();
        AssertEqual(RecordedSerial, await _site.DocumentAsync("/groups/bench/topics/orders/subscriptions/gone"));
        AssertEqual(RecordedBatch, await _site.DocumentAsync("/groups/bench/topics/orders/subscriptions/batch"));
    }

    [Fact]
    public async Task Starts_at_what_is_published_after_the_creation_whatever_an_earlier_one_left()
    {
        await _site.CreateTopicAsync(partitions: 1);
        (await _site.RunWithInputAsync("{}\n{}\n", "topic", "publish", "shop.orders")).Succeeded();
        await CreateAsync();
        Assert.Equal(2, (await _site.OffsetsAsync("shop_orders_billing"))[0]);

        (await _site.RunAsync("subscription", "delete", "shop.orders", "billing")).Succeeded();
        (await _site.RunWithInputAsync("{}\n{}\n{}\n", "topic", "publish", "shop.orders")).Succeeded();
        await CreateAsync();
        Assert.Equal(5, (await _site.OffsetsAsync("shop_orders_billing"))[0]);
    }

    [Fact]
    public async Task Doubles_the_underscores_of_the_group_as_Hermes_does()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "audit_log", "--endpoint", "http://127.0.0.1:9/")).Succeeded();
        Assert.Equal(2, (await _site.OffsetsAsync("shop_orders_audit__log")).Count);
    }

    [Fact]
    public async Task Leaves_the_clean_up_task_with_the_deletion_and_withdraws_it_with_the_creation()
    {
        await _site.CreateTopicAsync();
        await CreateAsync("--datacenter", "dc1");
        (await _site.RunAsync("subscription", "delete", "shop.orders", "billing", "--datacenter", "dc1")).Succeeded();
        Assert.False(await _site.ExistsAsync(Node));
        var text = await _site.TextAsync(CleanUpTask);
        var task = JsonNode.Parse(text)!;
        Assert.Equal("""{"name":"billing","topicName":{"groupName":"shop","name":"orders"}}""", task["subscriptionName"]!.ToJsonString());
        Assert.Equal("dc1", task["datacenter"]!.ToString());
        Assert.Matches("\"requestedAt\":[0-9]{10}\\.[0-9]{9}}$", text);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - double.Parse(task["requestedAt"]!.ToJsonString(), CultureInfo.InvariantCulture);
        Assert.InRange(age, -1, 60);

        await CreateAsync();
        Assert.False(await _site.ExistsAsync(CleanUpTask));
        Assert.True(await _site.ExistsAsync(Node));
    }

    [Fact]
    public async Task A_task_that_waits_already_is_asked_for_anew()
    {
        await _site.CreateTopicAsync();
        await CreateAsync();
        foreach (var path in new[] { "/consumer-group-to-delete", "/consumer-group-to-delete/tasks", CleanUpTask })
            await _site.ZooKeeper.CreateAsync(_site.Root + path, "old"u8.ToArray(), CreateMode.Persistent, TestContext.Current.CancellationToken);
        (await _site.RunAsync("subscription", "delete", "shop.orders", "billing")).Succeeded();
        Assert.Equal("billing", (await _site.DocumentAsync(CleanUpTask))["subscriptionName"]!["name"]!.ToString());
    }

    [Fact]
    public async Task Deletes_everything_below_the_subscription()
    {
        await _site.CreateTopicAsync();
        await CreateAsync();
        foreach (var path in new[] { "/metrics", "/metrics/delivered", "/undelivered" })
            await _site.ZooKeeper.CreateAsync(_site.Root + Node + path, new byte[8], CreateMode.Persistent, TestContext.Current.CancellationToken);
        (await _site.RunAsync("subscription", "delete", "shop.orders", "billing")).Succeeded();
        Assert.False(await _site.ExistsAsync(Node));
        Assert.True(await _site.ExistsAsync("/groups/shop/topics/orders/subscriptions"));
    }

    [Fact]
    public async Task Suspends_and_activates_and_touches_nothing_else()
    {
        await _site.CreateTopicAsync();
        await CreateAsync("--set", "future.member=1");
        var before = await _site.DocumentAsync(Node);
        Assert.Contains("which was PENDING", (await _site.RunAsync("subscription", "suspend", "shop.orders", "billing")).Succeeded().Output, StringComparison.Ordinal);
        before["state"] = "SUSPENDED";
        AssertEqual(before.ToJsonString(), await _site.DocumentAsync(Node));
        Assert.Contains("is SUSPENDED already", (await _site.RunAsync("subscription", "suspend", "shop.orders", "billing")).Succeeded().Output, StringComparison.Ordinal);
        (await _site.RunAsync("subscription", "activate", "shop.orders", "billing")).Succeeded();
        before["state"] = "ACTIVE";
        AssertEqual(before.ToJsonString(), await _site.DocumentAsync(Node));
    }

    [Fact]
    public async Task Updates_members_by_path_and_keeps_those_that_it_does_not_know()
    {
        await _site.CreateTopicAsync();
        await CreateAsync("--set", "future={\"deep\":[1,{\"x\":null}]}");
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "subscriptionPolicy.rate=7", "--set", "subscriptionPolicy.backoffMaxIntervalInSec=5",
            "--set", "trackingMode=discardedOnly", "--endpoint", "https://127.0.0.1:9/y")).Succeeded();
        var document = await _site.DocumentAsync(Node);
        Assert.Equal(7, document["subscriptionPolicy"]!["rate"]!.GetValue<int>());
        Assert.Equal(5000, document["subscriptionPolicy"]!["backoffMaxIntervalMillis"]!.GetValue<int>());
        Assert.True(document["trackingEnabled"]!.GetValue<bool>());
        Assert.Equal("https://127.0.0.1:9/y", document["endpoint"]!.ToString());
        Assert.Equal("""{"deep":[1,{"x":null}]}""", document["future"]!.ToJsonString());
        Assert.Contains("is so already", (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "subscriptionPolicy.rate=7")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_way_of_delivery_starts_from_its_own_defaults()
    {
        await _site.CreateTopicAsync();
        await CreateAsync();
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--delivery-type", "BATCH", "--set", "subscriptionPolicy.batchSize=9")).Succeeded();
        var policy = (await _site.DocumentAsync(Node))["subscriptionPolicy"]!.AsObject();
        Assert.Equal(9, policy["batchSize"]!.GetValue<int>());
        Assert.Equal(30_000, policy["requestTimeout"]!.GetValue<int>());
        Assert.False(policy.ContainsKey("rate"));
    }

    [Fact]
    public async Task An_update_that_breaks_a_rule_or_renames_changes_nothing()
    {
        await _site.CreateTopicAsync();
        await CreateAsync();
        var before = await _site.TextAsync(Node);
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "subscriptionPolicy.rate=0")).Failed(ExitCode.Usage, "subscriptionPolicy.rate must be");
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "name=other")).Failed(ExitCode.Usage, "name must be \"billing\"");
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--endpoint", "http://u:*****@host/")).Failed(ExitCode.Usage, "in place of the password");
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "filters[0]={\"type\":\"avropath\",\"path\":\"x\"}")).Failed(ExitCode.Usage, "filters must not be of type avropath");
        Assert.Equal(before, await _site.TextAsync(Node));
    }

    [Fact]
    public async Task Shows_and_lists_with_passwords_hidden_unless_asked_for()
    {
        await _site.CreateTopicAsync();
        await CreateAsync("--endpoint", "http://user:hunter2@127.0.0.1:9/x");
        (await _site.RunWithInputAsync("{}\n", "topic", "publish", "shop.orders")).Succeeded();
        foreach (var arguments in new[] { new[] { "list" }, ["list", "shop.orders", "--json"], ["show", "shop.orders", "billing"], ["show", "shop.orders", "billing", "--json"] })
        {
            var run = (await _site.RunAsync(["subscription", .. arguments])).Succeeded();
            Assert.Contains("http://user:*****@127.0.0.1:9/x", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", run.Output + run.Error, StringComparison.Ordinal);
        }
        var shown = (await _site.RunAsync("subscription", "show", "shop.orders", "billing", "--json", "--offsets", "--secrets")).Succeeded().Json;
        Assert.Equal("http://user:hunter2@127.0.0.1:9/x", shown["document"]!["endpoint"]!.ToString());
        Assert.Equal($"{_site.Namespace}_shop_orders_billing", shown["kafka"]!["group"]!.ToString());
        Assert.Equal(1, shown["kafka"]!["offsets"]!.AsArray().Sum(row => row!["lag"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Creates_nothing_while_members_of_an_earlier_one_are_still_there()
    {
        await _site.CreateTopicAsync();
        using (var member = _site.Member("shop_orders_billing", "shop.orders"))
        {
            await Until.TrueAsync(() => member.Consume(TimeSpan.FromMilliseconds(20)) is null && member.Assignment.Count == 2, "the member has joined");
            (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://127.0.0.1:9/")).Failed(ExitCode.Failed, "have not left yet");
            Assert.False(await _site.ExistsAsync(Node));
            member.Close();
        }
        await CreateAsync();
    }

    [Fact]
    public async Task Says_what_is_wrong()
    {
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://127.0.0.1:9/")).Failed(ExitCode.Failed, "There is no topic shop.orders.");
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing")).Failed(ExitCode.Usage, "(--endpoint)");
        foreach (var verb in new[] { "show", "delete", "suspend", "activate" })
            (await _site.RunAsync("subscription", verb, "shop.orders", "billing")).Failed(ExitCode.Failed, "There is no subscription shop.orders$billing.");
        (await _site.RunAsync("subscription", "update", "shop.orders", "billing", "--set", "mode=ANYCAST")).Failed(ExitCode.Failed, "There is no subscription shop.orders$billing.");
        Assert.False(await _site.ExistsAsync("/consumer-group-to-delete"));
        await CreateAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://127.0.0.1:9/")).Failed(ExitCode.Failed, "exists already");
    }

    private async Task CreateAsync(params string[] more)
    {
        string[] endpoint = more.Contains("--endpoint", StringComparer.Ordinal) ? [] : ["--endpoint", "http://127.0.0.1:9/x"];
        (await _site.RunAsync(["subscription", "create", "shop.orders", "billing", .. endpoint, .. more])).Succeeded();
    }

    private static void AssertEqual(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}\nfound    {actual.ToJsonString()}");
}
