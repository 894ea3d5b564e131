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
        Assert.Contains("shop.orders$billing", (await _site.RunAsync("groups", "list")).Succeeded().Output, StringComparison.Ordinal);
        var shown = (await _site.RunAsync("groups", "show", (string)row["group"]!, "--json")).Succeeded().Json;
        Assert.Equal(2, shown["offsets"]!.AsObject().Count);
        (await _site.RunAsync("groups", "show", "nobody")).Failed(ExitCode.Failed, "There is no consumer group nobody");
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
        foreach (var folder in new[] { "/janitor", "/janitor/tombstones", "/janitor/history" })
            await _site.ZooKeeper.CreateAsync(_site.Root + folder, default, CreateMode.Persistent, TestContext.Current.CancellationToken);
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
        await _site.ZooKeeper.CreateAsync($"{_site.Root}/janitor/tombstones/{Gone}", JsonSerializer.SerializeToUtf8Bytes(tombstone, JanitorJson.Instance.Tombstone),
            CreateMode.Persistent, TestContext.Current.CancellationToken);
    }
}
