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
