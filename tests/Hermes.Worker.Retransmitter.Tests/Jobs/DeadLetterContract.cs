using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>From a discard to its letter, and from the letter back to the subscription that gave the message up. The same on the emulator
/// and on a real broker.</summary>
public abstract class DeadLetterContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Discarded_messages_are_kept_over_kills_and_a_replay_brings_them_back_to_their_subscription_alone(bool inBatches)
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var other = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await SubscribeAsync(hermes, endpoint, "{}", inBatches);
        var neighbour = await hermes.SubscribeAsync("neighbour", other.Address);
        endpoint.Answer = request => request.Text.Contains("\"number\":1", StringComparison.Ordinal) ? 400 : 200; // 1, and 10 to 19
        var ids = await hermes.PublishAsync(30);
        await using (var first = RunningWorker.Start("Hermes.Worker.Consumer", hermes, [("Consumer:InstanceId", "worker-1")]))
        {
            await Until.TrueAsync(() => endpoint.Requests.Count > 5, $"deliveries:\n{first.Output}", Minute);
            await first.KillAsync();
        }
        await using var consumer = RunningWorker.Start("Hermes.Worker.Consumer", hermes, [("Consumer:InstanceId", "worker-1")]);
        await WhenAtEndAsync(hermes, subscription, 30, consumer);
        await WhenAtEndAsync(hermes, neighbour, 30, consumer);

        var letters = Letters(hermes, DeadLetterTopics.Of(subscription, null, hermes.Names));
        var kept = letters.Select(l => Id(l)).Distinct(StringComparer.Ordinal).ToList();
        Assert.Equal(11, kept.Count); // perhaps some twice, after the kill
        Assert.All(letters, l =>
        {
            var account = LetterAccount.Read(l.Message.Headers)!;
            Assert.Equal((subscription.ToString(), hermes.KafkaTopic, "status 400", 400), (account.Subscription, account.Topic, account.Reason, account.Status));
            Assert.Contains("\"number\":1", Encoding.UTF8.GetString(l.Message.Value), StringComparison.Ordinal);
        });

        endpoint.Answer = _ => 200;
        var (seen, seenByOther) = (endpoint.Requests.Count, other.Requests.Count);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, DateTimeOffset.UnixEpoch) with { Source = JobSources.DeadLetters });
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal((JobPhases.Completed, (long)letters.Count), (status.Phase, status.Replay!.Delivered));
        var again = endpoint.Requests.Skip(seen).ToList();
        Assert.All(again, r => Assert.Equal(id, r.Header(ReplaySubscription.IdHeader)));
        Assert.Equal(kept.Order(StringComparer.Ordinal), again.SelectMany(r => r.MessageIds).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(seenByOther, other.Requests.Count);
        Assert.Equal(ids.Count, endpoint.Requests.Where((r, i) => i >= seen || endpoint.Answer(r).Status == 200).SelectMany(r => r.MessageIds).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(0, await retransmitter.StopAsync());
    }

    [Theory]
    [InlineData(ContentTypes.Json, false)]
    [InlineData(ContentTypes.Json, true)]
    [InlineData(ContentTypes.Avro, false)]
    public async Task Avro_that_was_refused_or_could_not_be_read_comes_back_as_it_was(string contentType, bool inBatches)
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var site = await AvroSite.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);
        var subscription = await SubscribeAsync(site.Hermes, endpoint, "{}", inBatches);
        await site.UpdateAsync(subscription, s => s with { ContentType = contentType, SubscriptionPolicy = s.SubscriptionPolicy! with { MessageTtl = 3, RetryClientErrors = false } });
        site.Registry.Register("shop.orders", AvroSite.Schema);
        endpoint.Answer = request => request.MessageIds.Contains("m1") ? 400 : 200;
        await site.PublishAsync(0, 1);
        await site.PublishAsync(1, 2, version: 2); // nobody knows it yet
        await site.WriteAsync(2, 3, [255, 255, 255], version: 1); // poison: it is none of its schema
        await site.PublishAsync(2, 4);
        await using var consumer = site.StartWorker();
        await WhenAtEndAsync(site.Hermes, subscription, 4, consumer);
        var letters = Letters(site.Hermes, DeadLetterTopics.Of(subscription, null, site.Hermes.Names));
        Assert.Equal(["m1", "m2", "m3"], letters.Select(Id).Order(StringComparer.Ordinal));
        string ReasonOf(string id) => LetterAccount.Read(letters.Single(l => Id(l) == id).Message.Headers)!.Reason;
        Assert.Equal("status 400", ReasonOf("m1"));
        Assert.Contains("knows no version 2", ReasonOf("m2"), StringComparison.Ordinal);
        Assert.Contains("Not a value of its schema", ReasonOf("m3"), StringComparison.Ordinal);
        Assert.Equal([255, 255, 255], letters.Single(l => Id(l) == "m3").Message.Value);

        endpoint.Answer = _ => 200;
        site.Registry.Register("shop.orders", AvroSite.NextSchema);
        var seen = endpoint.Requests.Count;
        var jobs = new JobSite(site.Hermes);
        await using var retransmitter = site.StartWorker(JobSite.Worker);
        var status = await jobs.EndAsync(
            await jobs.AskAsync(JobSite.Replay(subscription, DateTimeOffset.UnixEpoch) with { Source = JobSources.DeadLetters }), retransmitter);
        Assert.Equal((JobPhases.Completed, 2L, 1L), (status.Phase, status.Replay!.Delivered, status.Replay.Discarded));
        var again = endpoint.Requests.Skip(seen).ToList();
        Assert.Equal(["m1", "m2"], again.SelectMany(r => r.MessageIds).Order(StringComparer.Ordinal));
        if (contentType == ContentTypes.Avro)
        {
            Assert.Equal(["1", "2"], again.Select(r => r.Header("Schema-Version")).Order(StringComparer.Ordinal));
            Assert.All(again, r => Assert.Equal(letters.Single(l => Id(l) == r.Id).Message.Value, r.Body));
        }
        else
        {
            var text = string.Concat(again.Select(r => r.Text));
            Assert.Contains("""{"number":1,"text":"x"}""", text, StringComparison.Ordinal);
            Assert.Contains("""{"number":2,"text":"x","more":1.5}""", text, StringComparison.Ordinal);
        }
        // What nobody can read becomes another letter, which tells where it first was.
        var last = Letters(site.Hermes, DeadLetterTopics.Of(subscription, null, site.Hermes.Names)).Select(l => LetterAccount.Read(l.Message.Headers)!).Single(a => a.Times == 2);
        Assert.Equal((site.Hermes.KafkaTopic, 2, 0L), (last.Topic, last.Partition, last.Offset));
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(0, await retransmitter.StopAsync());
    }

    [Fact]
    public async Task A_topic_that_cannot_be_written_holds_its_messages_uncommitted_until_it_can()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var topic = $"{hermes.Kafka.Namespace}_narrow";
        // Too narrow for any letter.
        await hermes.Administration.CreateTopicAsync(topic, 1, 1, new Dictionary<string, string>(StringComparer.Ordinal) { ["max.message.bytes"] = "100" });
        var subscription = await SubscribeAsync(hermes, endpoint, $$"""{"topic":"{{topic}}"}""", inBatches: false);
        endpoint.Answer = _ => 400;
        var ids = await hermes.PublishAsync(20);
        await using var consumer = RunningWorker.Start("Hermes.Worker.Consumer", hermes);
        await consumer.WhenSaidAsync("cannot write to its dead-letter topic");
        await Until.TrueAsync(() => endpoint.Requests.Count >= 20, $"every message was refused:\n{consumer.Output}", Minute);
        Assert.Equal(0, (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value));
        using (var admin = new AdminClientBuilder(new KafkaClients(hermes.Kafka).Admin()).Build())
        {
            await admin.IncrementalAlterConfigsAsync(new()
            {
                [new() { Type = ResourceType.Topic, Name = topic }] = [new() { Name = "max.message.bytes", Value = "100000", IncrementalOperation = AlterConfigOpType.Set }],
            });
        }
        await WhenAtEndAsync(hermes, subscription, 20, consumer);
        Assert.Equal(ids.Order(StringComparer.Ordinal), Letters(hermes, topic).Select(l => Id(l)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal(0, await consumer.StopAsync());
    }

    [Fact]
    public async Task A_replay_of_dead_letters_that_are_not_there_is_refused()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var status = await jobs.EndAsync(await jobs.AskAsync(JobSite.Replay(subscription, DateTimeOffset.UnixEpoch) with { Source = JobSources.DeadLetters }), retransmitter);
        Assert.Equal(JobPhases.Refused, status.Phase);
        Assert.Contains("_dead-letters", status.Reason!, StringComparison.Ordinal);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 2);

    private static async Task<SubscriptionName> SubscribeAsync(HermesInstallation hermes, HttpEndpoint endpoint, string deadLetter, bool inBatches)
    {
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        using var metadata = JsonDocument.Parse($$$"""{"hermesWorkers":{"deadLetter":{{{deadLetter}}},"batch":{{{(inBatches ? """{"split":true}""" : "null")}}}}}""");
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => d with
        {
            DeliveryType = inBatches ? DeliveryTypes.Batch : DeliveryTypes.Serial,
            SubscriptionPolicy = inBatches ? new() { BatchSize = 7, BatchTime = 50 } : d.SubscriptionPolicy,
            EndpointAddressResolverMetadata = metadata.RootElement.Clone(),
        }, Cancellation);
        return subscription;
    }

    private static Task WhenAtEndAsync(HermesInstallation hermes, SubscriptionName subscription, long end, RunningWorker consumer) => Until.TrueAsync(
        async () => (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value) == end, $"{subscription} is at its end:\n{consumer.Output}", Minute);

    private static string Id(ConsumeResult<byte[], byte[]> record) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("id"));

    /// <summary>All records of a topic.</summary>
    private static List<ConsumeResult<byte[], byte[]>> Letters(HermesInstallation hermes, string topic)
    {
        var config = new KafkaClients(hermes.Kafka).Consumer("reader");
        config.EnablePartitionEof = true;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var admin = new AdminClientBuilder(new KafkaClients(hermes.Kafka).Admin()).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)).ToList();
        consumer.Assign(partitions);
        var letters = new List<ConsumeResult<byte[], byte[]>>();
        for (var open = partitions.Count; open > 0;)
        {
            var record = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"{topic} could not be read.");
            if (record.IsPartitionEOF) open--;
            else letters.Add(record);
        }
        return letters;
    }
}
