using System.Text.Json;
using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Testing.Installations;

/// <summary>A Hermes installation of a test's own: a root in ZooKeeper, a namespace in Kafka, a topic, and its publisher.</summary>
public sealed class HermesInstallation : IAsyncDisposable
{
    private readonly KafkaAdministration _administration;
    private readonly IProducer<byte[], byte[]> _producer;

    private HermesInstallation(ZooKeeperClient zooKeeper, string root, KafkaSettings kafka, string zooKeeperServers)
    {
        (ZooKeeper, Paths, Kafka, ZooKeeperServers, Names) = (zooKeeper, new(root), kafka, zooKeeperServers, kafka.ToNames());
        var clients = new KafkaClients(kafka);
        _administration = new(clients);
        var producer = clients.Producer();
        producer.StickyPartitioningLingerMs = 0; // spread over the partitions, message by message
        _producer = new ProducerBuilder<byte[], byte[]>(producer).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        Registry = new(zooKeeper, Paths);
    }

    public static TopicName Topic { get; } = TopicName.Parse("shop.orders");

    public ZooKeeperClient ZooKeeper { get; }

    public string ZooKeeperServers { get; }

    public HermesPaths Paths { get; }

    public KafkaSettings Kafka { get; }

    public KafkaNames Names { get; }

    public RegistryWriter Registry { get; }

    public KafkaAdministration Administration => _administration;

    public string KafkaTopic => KafkaTopicOf(Topic);

    /// <summary>The Kafka topic of one of its topics, by the default mapper.</summary>
    public string KafkaTopicOf(TopicName topic) => Names.PrimaryTopic(topic, isAvro: false);

    public static async Task<HermesInstallation> CreateAsync(string zooKeeperServers, string root, string brokers, int partitions = 4, TopicMapper mapper = TopicMapper.Default, short replicas = 1)
    {
        var zooKeeper = ZooKeeperClient.Start(new() { ConnectionString = zooKeeperServers });
        var kafka = new KafkaSettings { BootstrapServers = brokers, Namespace = root.Trim('/'), TopicMapper = mapper };
        var installation = new HermesInstallation(zooKeeper, root, kafka, zooKeeperServers);
        await installation.Registry.CreateGroupAsync(new() { GroupName = Topic.Group }, Cancellation);
        await installation.AddTopicAsync(Topic, ContentTypes.Json, partitions, replicas);
        return installation;
    }

    /// <summary>Creates one more topic, of the same group.</summary>
    public async Task AddTopicAsync(TopicName topic, string contentType, int partitions, short replicas = 1)
    {
        await _administration.CreateTopicAsync(KafkaTopicOf(topic), partitions, replicas, new Dictionary<string, string>(StringComparer.Ordinal));
        await Until.TrueAsync(async () => (await _administration.PartitionsAsync(KafkaTopicOf(topic))).Count == partitions, "the topic that was created");
        await Registry.CreateTopicAsync(new() { Name = topic.ToString(), ContentType = contentType }, Cancellation);
    }

    /// <summary>Creates a subscription with its group's offsets, as management does.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="endpoint">Where it goes.</param>
    /// <param name="policy">How; quickly by default.</param>
    /// <param name="withOffsets">Whether its group gets offsets first.</param>
    /// <param name="extensions">JSON of what it asks for beyond Hermes.</param>
    /// <param name="topic">Its topic; <see cref="Topic"/> by default.</param>
    /// <param name="deliveryType">Serial by default.</param>
    public async Task<SubscriptionName> SubscribeAsync(
        string name, string endpoint, SubscriptionPolicy? policy = null, bool withOffsets = true, string? extensions = null, TopicName? topic = null, string? deliveryType = null)
    {
        var subscription = new SubscriptionName(topic ?? Topic, name);
        if (withOffsets)
            await CommitEndsAsync(subscription);
        await Registry.CreateSubscriptionAsync(
            new()
            {
                TopicName = subscription.Topic.ToString(),
                Name = name,
                Endpoint = endpoint,
                DeliveryType = deliveryType,
                SubscriptionPolicy = policy ?? new() { Rate = 100_000, MessageBackoff = 50 },
                EndpointAddressResolverMetadata = extensions is null ? null : JsonElement.Parse($$"""{"{{SubscriptionExtensions.Member}}":{{extensions}}}"""),
            },
            Cancellation);
        return subscription;
    }

    /// <summary>Publishes messages whose body is their number, and waits until Kafka has them.</summary>
    /// <returns>Their ids.</returns>
    /// <param name="count">How many.</param>
    /// <param name="at">When; now by default.</param>
    /// <param name="headers">What the publisher attaches, as the frontend passes it on.</param>
    public async Task<IReadOnlyList<string>> PublishAsync(int count, DateTimeOffset? at = null, params KeyValuePair<string, string>[] headers)
    {
        var sent = Enumerable.Range(0, count).Select(number => PublishAsync(key: null, $"{{\"number\":{number}}}", at, headers));
        return await Task.WhenAll(sent);
    }

    /// <summary>Writes a record as it is, and waits until Kafka has it.</summary>
    public Task WriteAsync(TopicPartition to, Message<byte[], byte[]> record) => _producer.ProduceAsync(to, record, Cancellation);

    /// <summary>Publishes one message under a key, and waits until Kafka has it.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> PublishAsync(string? key, string body, DateTimeOffset? at = null, params KeyValuePair<string, string>[] headers)
    {
        var id = Guid.NewGuid().ToString();
        await _producer.ProduceAsync(KafkaTopic, FrontendRecords.Json(id, key, body, at ?? TimeProvider.System.GetUtcNow(), headers), Cancellation);
        return id;
    }

    public async Task<IReadOnlyList<TopicPartitionOffset>> CommittedAsync(SubscriptionName subscription) =>
        await _administration.CommittedAsync(Names.ConsumerGroup(subscription), await _administration.PartitionsAsync(KafkaTopicOf(subscription.Topic)));

    /// <summary>Joins a subscription's group as a member that is none of ours.</summary>
    public StrangeMember Join(SubscriptionName subscription) => new(new KafkaClients(Kafka).Consumer(Names.ConsumerGroup(subscription)), KafkaTopic);

    public async ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _administration.Dispose();
        await ZooKeeper.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What management does before it creates a subscription: delivery starts at the present ends.</summary>
    private async Task CommitEndsAsync(SubscriptionName subscription)
    {
        var committed = (await CommittedAsync(subscription)).Select(o => o.TopicPartition).ToHashSet();
        var ends = await _administration.EndsAsync(await _administration.PartitionsAsync(KafkaTopicOf(subscription.Topic)));
        if (ends.Where(e => !committed.Contains(e.TopicPartition)).ToList() is { Count: > 0 } missing)
            await _administration.CommitAsync(Names.ConsumerGroup(subscription), missing);
    }
}
