using System.Text.Json;
using Hermes.Shared.ConsumerGroups;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests.ConsumerGroups;

/// <summary><c>hermes groups</c> on real ZooKeeper and the emulator; the janitor's part is written by hand.</summary>
public sealed class ConsumerGroupCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private readonly Site _site = new(zooKeeper, kafka);

    private string Gone => $"{_site.Namespace}_shop_orders_gone";

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync(partitions: 2);
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://localhost:1/")).Succeeded();
        (await _site.RunWithInputAsync("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "topic", "publish", "shop.orders")).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Lists_and_shows_groups_by_their_subscriptions()
    {
        var row = Assert.Single((await _site.RunAsync("groups", "list", "--json")).Succeeded().Json.AsArray())!;
        Assert.Equal(($"{_site.Namespace}_shop_orders_billing", "shop.orders$billing", "Empty", 3), ((string)row["group"]!, (string)row["subscription"]!, (string)row["state"]!, (int)row["lag"]!));
        Assert.Equal("kept: its subscription is there", (string?)row["verdict"]);
        Assert.StartsWith("Plaintext:", (string?)row["owner"], StringComparison.Ordinal);
        Assert.Contains("shop.orders$billing", (await _site.RunAsync("groups", "list")).Succeeded().Output, StringComparison.Ordinal);
        var shown = (await _site.RunAsync("groups", "show", (string)row["group"]!, "--json")).Succeeded().Json;
        Assert.Equal(2, shown["offsets"]!.AsObject().Count);
        (await _site.RunAsync("groups", "show", "nobody")).Failed(ExitCode.Failed, "There is no consumer group nobody");
    }

    [Fact]
    public async Task Says_of_each_group_when_it_moved_and_what_the_janitor_s_rules_say()
    {
        await CreateFoldersAsync();
        var prefix = $"{_site.Namespace}_shop_orders_";
        foreach (var name in new[] { "denied", "planned", "resting", "tasked", "unseen" })
            await _site.Kafka.AlterConsumerGroupOffsetsAsync([new($"{prefix}{name}", [new(Topic, 0, 1)])]);
        Assert.Equal("kept: no janitor has looked at it", await VerdictAsync($"{prefix}resting"));
        var day = TimeSpan.FromDays(1);
        await WriteAsync("/janitor/policy", JsonSerializer.SerializeToUtf8Bytes(new GroupPolicy(true, (7 * day).TotalSeconds, [], [".*_denied"]), JanitorJson.Instance.GroupPolicy));
        var moved = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        await WriteAsync($"/janitor/observations/{prefix}resting", JsonSerializer.SerializeToUtf8Bytes(
            new Observation("shop.orders$resting", [new(Topic, 0, 1)], moved, moved + day, 9, (1.5 * day).TotalSeconds), JanitorJson.Instance.Observation));
        var id = Guid.CreateVersion7().ToString();
        await WriteAsync($"/janitor/plans/{id}", JsonSerializer.SerializeToUtf8Bytes(
            new GroupPlan(moved, "a test", [new($"{prefix}planned", "shop.orders$planned", moved, 9)]), JanitorJson.Instance.GroupPlan));
        (await _site.RunAsync("groups", "delete", $"{prefix}tasked", "--json")).Succeeded();
        Assert.Equal(
            ["kept: its subscription is there", "kept: Janitor:Allowed and Janitor:Denied spare it", $"goes when plan {id} is applied",
             "watched: at rest for 1.5 of 7 days", "goes: a clean-up task asks for it", "kept: not yet seen abandoned"],
            (await _site.RunAsync("groups", "list", "--json")).Succeeded().Json.AsArray().Select(r => (string)r!["verdict"]!));
        var shown = (await _site.RunAsync("groups", "show", $"{prefix}resting", "--json")).Succeeded().Json;
        Assert.Equal(("2026-11-01T00:00:00Z", "shop.orders$resting"), ((string?)shown["moved"], (string?)shown["subscription"]));
        Assert.Equal(id, (string?)(await _site.RunAsync("groups", "plan", "--json")).Succeeded().Json["id"]);
        Assert.True((bool)(await _site.RunAsync("groups", "apply", id, "--json")).Succeeded().Json["isAsked"]!);
        Assert.True(await _site.ExistsAsync($"/janitor/plans/{id}/apply"));

        async Task<string?> VerdictAsync(string group) => (string?)(await _site.RunAsync("groups", "show", group, "--json")).Succeeded().Json["verdict"];
    }

    [Fact]
    public async Task A_subscription_that_is_created_again_goes_on_where_it_stood_if_it_asks_for_it()
    {
        // Its group is still there: the clean-up has not come to it.
        (await _site.RunAsync("subscription", "delete", "shop.orders", "billing")).Succeeded();
        var kept = await _site.OffsetsAsync("shop_orders_billing");
        await CreateAgainAsync("billing");
        Assert.Equal(kept, await _site.OffsetsAsync("shop_orders_billing"));
        Assert.True((bool)(await _site.DocumentAsync("/groups/shop/topics/orders/subscriptions/billing"))["endpointAddressResolverMetadata"]!["hermesWorkers"]!["restoreOffsets"]!);
        Assert.False(await _site.ExistsAsync("/consumer-group-to-delete/tasks/shop.orders$billing"));

        // The janitor has deleted it.
        await BuryAsync(new(Topic, 0, 0), new(Topic, 1, 0));
        await CreateAgainAsync("gone");
        Assert.Equal([0L, 0L], (await _site.OffsetsAsync("shop_orders_gone")).Values);
        (await _site.RunAsync("groups", "restore", Gone)).Failed(ExitCode.Failed, "was restored already");
        Assert.Contains("asks for them", (string)(await _site.RunAsync("groups", "history", "--json")).Succeeded().Json[0]!["what"]!, StringComparison.Ordinal);

        // There never was one: it begins as every new one does.
        await CreateAgainAsync("fresh");
        Assert.Equal(3, (await _site.OffsetsAsync("shop_orders_fresh")).Values.Sum());

        async Task CreateAgainAsync(string name) =>
            (await _site.RunAsync("subscription", "create", "shop.orders", name, "--endpoint", "http://localhost:1/", "--restore-offsets")).Succeeded();
    }

    [Fact]
    public async Task Restores_a_deleted_group_once_as_far_as_its_partitions_go()
    {
        (await _site.RunAsync("groups", "restore", Gone)).Failed(ExitCode.Failed, "There is no tombstone");
        await BuryAsync(new(Topic, 0, 1), new(Topic, 1, 5000), new(Topic, 7, 1), new($"{_site.Namespace}_other", 0, 1));
        Assert.Equal(Gone, (string?)(await _site.RunAsync("groups", "list", "--json")).Succeeded().Json.AsArray()[1]!["group"]);
        (await _site.RunAsync("groups", "restore", Gone)).Succeeded();
        var offsets = await _site.OffsetsAsync("shop_orders_gone");
        Assert.Equal([0, 1], offsets.Keys.Order());
        Assert.InRange(offsets[1], 0, 3); // clamped to the end
        (await _site.RunAsync("groups", "restore", Gone)).Failed(ExitCode.Failed, "was restored already");
        Assert.Contains("restored", (string)(await _site.RunAsync("groups", "history", "--json")).Succeeded().Json[0]!["what"]!, StringComparison.Ordinal);
        Assert.Contains(Gone, (await _site.RunAsync("groups", "history")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_the_group_of_a_subscription_that_is_gone_to_the_clean_up()
    {
        await _site.Kafka.AlterConsumerGroupOffsetsAsync([new(Gone, [new(Topic, 0, 1)])]);
        (await _site.RunAsync("groups", "delete", Gone)).Succeeded();
        Assert.Equal("gone", (string?)(await _site.DocumentAsync("/consumer-group-to-delete/tasks/shop.orders$gone"))["subscriptionName"]!["name"]);
        (await _site.RunAsync("groups", "delete", Gone)).Succeeded(); // asked for anew
        (await _site.RunAsync("groups", "delete", $"{_site.Namespace}_shop_orders_billing")).Failed(ExitCode.Failed, "which is there");
        (await _site.RunAsync("groups", "delete", "stranger")).Failed(ExitCode.Failed, "is no consumer group of a subscription");
    }

    [Fact]
    public async Task Says_when_there_is_no_plan()
    {
        (await _site.RunAsync("groups", "plan")).Failed(ExitCode.Failed, "has no plan");
        (await _site.RunAsync("groups", "apply", Guid.NewGuid().ToString())).Failed(ExitCode.Failed, "There is no plan");
        (await _site.RunAsync("groups", "apply", "a/b")).Failed(ExitCode.Failed, "There is no plan a/b");
    }

    [Fact]
    public async Task Says_why_nothing_can_be_restored()
    {
        await BuryAsync(new KeptOffset($"{_site.Namespace}_other", 0, 1));
        (await _site.RunAsync("groups", "restore", Gone)).Failed(ExitCode.Failed, "None of the partitions");
    }

    private string Topic => $"{_site.Namespace}_shop.orders";

    private async Task BuryAsync(params KeptOffset[] offsets)
    {
        await CreateFoldersAsync();
        var tombstone = new Tombstone
        {
            Group = Gone,
            Subscription = "shop.orders$gone",
            Reason = "a test",
            By = "a test",
            At = TimeProvider.System.GetUtcNow(),
            IsDeleted = true,
            Offsets = offsets,
        };
        await WriteAsync($"/janitor/tombstones/{Gone}", JsonSerializer.SerializeToUtf8Bytes(tombstone, JanitorJson.Instance.Tombstone));
    }

    private async Task CreateFoldersAsync()
    {
        foreach (var folder in new[] { "/janitor", "/janitor/tombstones", "/janitor/history", "/janitor/observations", "/janitor/plans" })
            await WriteAsync(folder, default);
    }

    private async Task WriteAsync(string path, ReadOnlyMemory<byte> data) =>
        await _site.ZooKeeper.CreateAsync(_site.Root + path, data, CreateMode.Persistent, TestContext.Current.CancellationToken);
}
