using System.Text;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Contents;

/// <summary>Avro topics through the worker as a process, with a schema registry that comes late, fails and goes. The same on the emulator
/// and on a real broker.</summary>
public abstract class AvroContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Avro_is_delivered_as_each_subscription_asks_and_a_change_is_followed()
    {
        await using var site = await SiteAsync();
        await using var json = await HttpEndpoint.StartAsync();
        await using var avro = await HttpEndpoint.StartAsync();
        var (version, id) = site.Registry.Register("shop.orders", AvroSite.Schema);
        var first = await site.Hermes.SubscribeAsync("json", json.Address);
        var second = await site.Hermes.SubscribeAsync("avro", avro.Address);
        await site.UpdateAsync(first, s => s with { Filters = [new() { Type = "avropath", Path = "number", Matcher = "[1-3]" }] });
        await site.UpdateAsync(second, s => s with { ContentType = ContentTypes.Avro });
        await using var worker = site.StartWorker();
        for (var number = 1; number <= 5; number++)
            await site.PublishAsync(number % 3, number);
        await CameAsync(json, worker, 1, 2, 3);
        await CameAsync(avro, worker, 1, 2, 3, 4, 5);
        Assert.Equal(3, json.Requests.Count);

        var asJson = json.Requests.Single(r => r.Id == "m2");
        Assert.Equal("""{"number":2,"text":"x"}""", asJson.Text);
        Assert.Equal(("application/json", "m2", "t2"), (asJson.Header("Content-Type"), asJson.Header("messageId"), asJson.Header("trace")));
        Assert.Null(asJson.Header("Schema-Version"));
        var asAvro = avro.Requests.Single(r => r.Id == "m2");
        Assert.Equal(("avro/binary", version.ToString(), id.ToString()), (asAvro.Header("Content-Type"), asAvro.Header("Schema-Version"), asAvro.Header("Schema-Id")));
        Assert.Contains("trace", Encoding.Latin1.GetString(asAvro.Body), StringComparison.Ordinal); // as it is, with its metadata
        Assert.Single(site.Registry.Requests); // one question for both

        await site.UpdateAsync(second, s => s with { ContentType = ContentTypes.Json });
        for (var number = 6; avro.Requests[^1].Header("Content-Type") != "application/json"; number++)
        {
            await site.PublishAsync(0, number);
            await CameAsync(avro, worker, number);
        }
        Assert.StartsWith("{\"number\":", avro.Requests[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_whose_schema_is_not_known_yet_holds_its_own_partition_alone()
    {
        await using var site = await SiteAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        site.Registry.Register("shop.orders", AvroSite.Schema);
        var subscription = await site.Hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = site.StartWorker();
        await site.PublishAsync(0, 1);
        await site.PublishAsync(0, 2, version: 2); // nobody knows it
        await site.WriteAsync(1, 3, [255, 255, 255], version: 1); // poison: it is none of its schema
        for (var number = 10; number < 210; number++)
            await site.PublishAsync(number % 3, number);
        var held = Enumerable.Range(10, 200).Where(n => n % 3 == 0).ToArray();
        var free = Enumerable.Range(10, 200).Except(held).ToArray();
        await CameAsync(endpoint, worker, [1, .. free]);
        await worker.WhenSaidAsync("waits for version 2 of subject shop.orders");
        await worker.WhenSaidAsync("Not a value of its schema");
        Assert.Equal(1 + free.Length, endpoint.Requests.Count);
        await CommittedAsync(site, subscription, 1, 68, 67); // the poison is settled, the unknown is not

        // A rebalance while it waits: whoever has the partition goes on as soon as the schema is there.
        await using var other = site.StartWorker();
        await other.WhenSaidAsync("reads");
        site.Registry.Register("shop.orders", AvroSite.NextSchema);
        await CameAsync(endpoint, worker, [2, .. held]);
        Assert.Equal("""{"number":2,"text":"x","more":1.5}""", endpoint.Requests.First(r => r.Id == "m2").Text);
        await site.PublishAsync(0, 300);
        await CameAsync(endpoint, worker, 300);
    }

    [Fact]
    public async Task A_schema_that_never_comes_is_waited_for_as_long_as_a_message_may_live()
    {
        await using var site = await SiteAsync(partitions: 1);
        await using var endpoint = await HttpEndpoint.StartAsync();
        site.Registry.Register("shop.orders", AvroSite.Schema);
        var subscription = await site.Hermes.SubscribeAsync("billing", endpoint.Address, new() { MessageTtl = 3, Rate = 100_000 });
        await using var worker = site.StartWorker();
        for (var number = 1; number <= 300; number++)
            await site.PublishAsync(0, number, version: 2);
        await site.PublishAsync(0, 301);
        // Only the first has to wait: then it is known that there is no such schema.
        await CameAsync(endpoint, worker, 301);
        Assert.Single(endpoint.Requests);
        await worker.WhenSaidAsync("The registry knows no version 2 of subject shop.orders");
        await CommittedAsync(site, subscription, 301);
    }

    [Fact]
    public async Task A_registry_that_is_slow_or_away_delays_what_needs_it_and_nothing_else()
    {
        await using var site = await SiteAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await site.Hermes.SubscribeAsync("billing", endpoint.Address);
        site.Registry.Register("shop.orders", AvroSite.Schema);
        site.Registry.Fault = ScriptedAnswer.Reset;
        await using var worker = site.StartWorker();
        await site.PublishAsync(0, 1);
        await worker.WhenSaidAsync("The registry cannot be asked");
        site.Registry.Fault = ScriptedAnswer.Never;
        await worker.WhenSaidAsync("The registry does not answer in time");
        Assert.Empty(endpoint.Requests);
        (site.Registry.Fault, site.Registry.Delay) = (null, TimeSpan.FromMilliseconds(300));
        await CameAsync(endpoint, worker, 1);
        site.Registry.Fault = new(500);
        await site.PublishAsync(1, 2, version: 2);
        await site.PublishAsync(2, 3);
        await CameAsync(endpoint, worker, 3);
        site.Registry.Register("shop.orders", AvroSite.NextSchema);
        site.Registry.Fault = null;
        await CameAsync(endpoint, worker, 2);
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task A_topic_that_becomes_Avro_is_followed_and_its_JSON_is_still_delivered()
    {
        await using var site = await AvroSite.CreateAsync(
            zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, isAvro: false, mapper: TopicMapper.JsonToAvroMigration);
        await using var endpoint = await HttpEndpoint.StartAsync();
        site.Registry.Register("shop.orders", AvroSite.Schema);
        await site.Hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = site.StartWorker();
        var before = await site.Hermes.PublishAsync(20);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 20, "the JSON came", Minute);
        var avro = site.Hermes.Names.PrimaryTopic(HermesInstallation.Topic, isAvro: true);
        await site.Hermes.Administration.CreateTopicAsync(avro, 3, 1, new Dictionary<string, string>(StringComparer.Ordinal));
        await site.Hermes.Registry.UpdateTopicAsync(HermesInstallation.Topic, t => t with { ContentType = ContentTypes.Avro, MigratedFromJsonType = true }, Cancellation);
        await worker.WhenSaidAsync(avro + "["); // reads it
        var old = await site.Hermes.PublishAsync(20); // by frontends that have not heard of it yet
        for (var number = 1; number <= 20; number++)
            await site.PublishAsync(number % 3, number, topic: avro);
        await CameAsync(endpoint, worker, [.. Enumerable.Range(1, 20)]);
        await Until.TrueAsync(() => !old.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), "the late JSON came", Minute);
        Assert.Equal(60, endpoint.Requests.Count);
        Assert.All(before.Concat(old), id => Assert.StartsWith("{\"number\":", endpoint.Requests.Single(r => r.Id == id).Text, StringComparison.Ordinal));
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<AvroSite> SiteAsync(int partitions = 3) =>
        AvroSite.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions);

    private static async Task CameAsync(HttpEndpoint endpoint, RunningWorker worker, params int[] numbers)
    {
        var ids = numbers.Select(n => $"m{n}").ToList();
        try
        {
            await Until.TrueAsync(() => !ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), "all came", Minute);
        }
        catch (TimeoutException e)
        {
            var missing = ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).ToList();
            throw new TimeoutException($"{e.Message} Missing: {string.Join(' ', missing)}. The worker said:\n{worker.Output}", e);
        }
    }

    /// <summary>Waits until so much of each partition is committed.</summary>
    private static async Task CommittedAsync(AvroSite site, SubscriptionName subscription, params long[] expected) =>
        await Until.TrueAsync(
            async () => (await site.Hermes.CommittedAsync(subscription)).OrderBy(o => o.Partition.Value).Select(o => o.Offset.Value).SequenceEqual(expected),
            $"{string.Join(' ', expected)} are committed", Minute);
}
