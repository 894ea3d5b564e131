using System.Text.Json.Nodes;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.Worker.Consumer.Tests.Counters;

/// <summary>What management reads of a subscription: its counters, and its last discarded message.</summary>
public sealed class CountersOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private EmulatorProcess? _broker;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Counters_grow_by_what_was_delivered_and_discarded_also_for_names_with_underscores()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = r => r.Text == "{\"number\":3}" ? 400 : 200;
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("the_billing", endpoint.Address);
        await using (var worker = RunningWorker.Start(hermes, ("Consumer:CounterInterval", "00:00:01"), ("Consumer:UndeliveredInterval", "00:00:01")))
        {
            await hermes.PublishAsync(10);
            await WhenCountedAsync(hermes, subscription, delivered: 9, discarded: 1, volume: 120, worker);
            await WhenUndeliveredAsync(hermes, subscription, u => (string?)u["message"] == "{\"number\":3}", worker);
            await hermes.PublishAsync(5);
            await Until.TrueAsync(() => endpoint.Requests.Count >= 15, "the second five", Minute);
            Assert.Equal(0, await worker.StopAsync());
        }
        await WhenCountedAsync(hermes, subscription, delivered: 13, discarded: 2, volume: 180, null); // the last ones were told at the stop
        // What Hermes's consumers would write for such a name.
        Assert.Null(await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscription(new(HermesInstallation.Topic, "the.billing")), Cancellation));
    }

    [Fact]
    public async Task The_last_discarded_message_is_written_as_Hermes_writes_it_and_never_over_a_newer_one()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = _ => 400;
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("Consumer:UndeliveredInterval", "00:00:01"));
        await hermes.PublishAsync(1);
        var written = await WhenUndeliveredAsync(hermes, subscription, _ => true, worker);
        Assert.Equal(["timestamp", "subscription", "topicName", "status", "reason", "message", "partition", "offset", "cluster"], written.Select(m => m.Key));
        Assert.Equal("billing", (string?)written["subscription"]);
        Assert.Equal("shop.orders", (string?)written["topicName"]);
        Assert.Equal("DISCARDED", (string?)written["status"]);
        Assert.Contains("400", (string?)written["reason"], StringComparison.Ordinal);
        Assert.Equal("{\"number\":0}", (string?)written["message"]);
        Assert.Equal(hermes.Kafka.ClusterName, (string?)written["cluster"]);

        // Another worker's, from a clock that is ahead (W13).
        var path = hermes.Paths.Undelivered(subscription);
        var newer = new UndeliveredMessage { Timestamp = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), Message = "newer" }.Write();
        var version = (await hermes.ZooKeeper.SetAsync(path, newer, NodeVersion.Any, Cancellation)).Version;
        await hermes.PublishAsync(1);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 2, "the second message", Minute);
        Assert.Equal(0, await worker.StopAsync()); // which tells what is to be told
        Assert.Equal(version, (await hermes.ZooKeeper.GetAsync(path, Cancellation)).Stat.Version);
    }

    [Fact]
    public async Task What_was_served_of_a_deleted_subscription_is_never_written_to_its_successor()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes); // counters only at the stop
        await hermes.PublishAsync(10);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 10, $"the delivery:\n{worker.Output}", Minute);
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        await worker.WhenSaidAsync("Stopped shop.orders$billing");
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(3);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 13, $"the successor's delivery:\n{worker.Output}", Minute);
        Assert.Equal(0, await worker.StopAsync());
        await WhenCountedAsync(hermes, subscription, delivered: 3, discarded: 0, volume: 36, worker);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() =>
        HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker!.BootstrapServers, partitions: 2);

    private static async Task WhenCountedAsync(HermesInstallation hermes, SubscriptionName subscription, long delivered, long discarded, long volume, RunningWorker? worker)
    {
        (long, long, long) counted = default;
        try
        {
            await Until.TrueAsync(async () => (counted = (await ReadAsync("delivered"), await ReadAsync("discarded"), await ReadAsync("volume"))) == (delivered, discarded, volume),
                $"the counters are {(delivered, discarded, volume)}", TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} They are {counted}. The worker said:\n{worker?.Output}", e);
        }

        Task<long> ReadAsync(string counter) => new Counter(hermes.ZooKeeper, $"{hermes.Paths.Metrics(subscription)}/{counter}").GetAsync(Cancellation);
    }

    private static async Task<JsonObject> WhenUndeliveredAsync(HermesInstallation hermes, SubscriptionName subscription, Func<JsonObject, bool> which, RunningWorker worker)
    {
        JsonObject? found = null;
        await Until.TrueAsync(async () => await hermes.ZooKeeper.TryGetAsync(hermes.Paths.Undelivered(subscription), Cancellation) is { } node
            && which(found = JsonNode.Parse(node.Data.Span)!.AsObject()), $"the discarded message is told:\n{worker.Output}", Minute);
        return found!;
    }
}
