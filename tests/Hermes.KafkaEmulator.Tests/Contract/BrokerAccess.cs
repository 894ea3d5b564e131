using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.KafkaEmulator.Tests.Contract.Raw;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>Clients of the broker under test, whichever it is, and names that no other test uses.</summary>
public sealed class BrokerAccess(string bootstrapServers)
{
    /// <summary>How long anything that a broker should do may take here.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static string FreshName(string kind) => $"{kind}-{Guid.NewGuid():N}";

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();

    /// <summary>Creates a topic and waits until its partitions are led.</summary>
    public async Task<string> FreshTopicAsync(int partitions = 1, params (string Name, string Value)[] settings)
    {
        var topic = FreshName("topic");
        using var admin = Admin();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = topic,
                NumPartitions = partitions,
                ReplicationFactor = 1,
                Configs = settings.ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal),
            },
        ]);
        await UntilAsync(() => Task.FromResult(IsLed(admin, topic, partitions)), $"topic {topic} is led");
        return topic;
    }

    public IProducer<byte[]?, byte[]?> Producer(Action<ProducerConfig>? change = null)
    {
        var settings = new ProducerConfig { BootstrapServers = bootstrapServers, LingerMs = 5, MessageTimeoutMs = 30_000 };
        change?.Invoke(settings);
        return new ProducerBuilder<byte[]?, byte[]?>(settings).SetLogHandler((_, _) => { }).Build();
    }

    public IConsumer<byte[]?, byte[]?> Consumer(string? group = null, Action<ConsumerConfig>? change = null)
    {
        var settings = new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = group ?? FreshName("group"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            // Short, so that rebalances are heard of soon.
            HeartbeatIntervalMs = 100,
            SessionTimeoutMs = 6_000,
        };
        change?.Invoke(settings);
        return new ConsumerBuilder<byte[]?, byte[]?>(settings).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>A bare connection to the broker.</summary>
    internal Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(bootstrapServers);

    /// <summary>A bare connection to the group's coordinator, once it answers for the group.</summary>
    internal Task<RawConnection> ConnectToCoordinatorAsync(string group) => RawConnection.OpenToCoordinatorAsync(bootstrapServers, group);

    internal async Task<RawMember> MemberAsync(string group, string topic, string? instance = null) =>
        new(await ConnectToCoordinatorAsync(group), group, topic, instance);

    /// <summary>Reads so many messages of a whole topic from its start.</summary>
    public IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> ReadAll(string topic, int count, int partitions = 1)
    {
        using var consumer = Consumer();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var read = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (read.Count < count)
            read.Add(consumer.Consume(Patience) ?? throw new TimeoutException($"Only {read.Count} of {count} messages of {topic} came."));
        return read;
    }

    /// <exception cref="TimeoutException">It did not come true; the message names it.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!await condition())
        {
            if (deadline.IsCancellationRequested)
                throw new TimeoutException($"It did not come true within {Patience} that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    private static bool IsLed(IAdminClient admin, string topic, int partitions)
    {
        var metadata = admin.GetMetadata(topic, Patience).Topics.Single();
        return !metadata.Error.IsError && metadata.Partitions.Count == partitions && metadata.Partitions.TrueForAll(partition => partition.Leader >= 0);
    }
}
