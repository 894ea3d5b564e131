using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Testing.Installations;

/// <summary>A member of a consumer group that obeys a retransmission as Hermes's own consumer does, and knows nothing of ours: at
/// a command it reads the offset nodes of its partitions, seeks, commits, and deletes the nodes without a version.</summary>
public sealed class HermesMember : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _assigned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    /// <param name="hermes">Whose member it is.</param>
    /// <param name="subscription">Its subscription.</param>
    /// <param name="delivered">Told of each record that it reads.</param>
    public HermesMember(HermesInstallation hermes, SubscriptionName subscription, Action<TopicPartitionOffset>? delivered = null)
    {
        var consumer = new ConsumerBuilder<byte[], byte[]>(new KafkaClients(hermes.Kafka).Consumer(hermes.Names.ConsumerGroup(subscription)))
            .SetPartitionsAssignedHandler((_, _) => _assigned.TrySetResult())
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        consumer.Subscribe(hermes.KafkaTopic);
        _running = Task.Run(() => RunAsync(hermes, subscription, consumer, delivered));
    }

    /// <summary>Waits until it is a member.</summary>
    public Task WhenAssignedAsync() => _assigned.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Leaves the group.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(HermesInstallation hermes, SubscriptionName subscription, IConsumer<byte[], byte[]> consumer, Action<TopicPartitionOffset>? delivered)
    {
        using var _ = consumer;
        var known = new HashSet<long>();
        while (!_stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
            {
                delivered?.Invoke(record.TopicPartitionOffset);
                continue;
            }
            var commands = await hermes.ZooKeeper.TryGetChildrenAsync(hermes.Paths.Commands, CancellationToken.None);
            foreach (var command in commands?.Names ?? [])
            {
                // By its transaction id: the folder is a container, and after its end the names begin anew.
                if (await hermes.ZooKeeper.FindAsync($"{hermes.Paths.Commands}/{command}", CancellationToken.None) is { } stat
                    && known.Add(stat.CreatedZxid) && consumer.Assignment.Count > 0)
                    await ObeyAsync(hermes, subscription, consumer);
            }
        }
        consumer.Close();
    }

    private static async Task ObeyAsync(HermesInstallation hermes, SubscriptionName subscription, IConsumer<byte[], byte[]> consumer)
    {
        var moved = new List<(string Path, TopicPartitionOffset Offset)>();
        foreach (var partition in consumer.Assignment)
        {
            var path = hermes.Paths.OrderedOffset(subscription, partition.Topic, hermes.Kafka.ClusterName, partition.Partition.Value);
            if (await hermes.ZooKeeper.TryGetAsync(path, CancellationToken.None) is not { } node)
                continue;
            var offset = new TopicPartitionOffset(partition, long.Parse(Encoding.UTF8.GetString(node.Data.Span), CultureInfo.InvariantCulture));
            consumer.Seek(offset);
            moved.Add((path, offset));
        }
        if (moved.Count == 0)
            return;
        consumer.Commit(moved.Select(m => m.Offset));
        foreach (var (path, _) in moved)
        {
            try
            {
                await hermes.ZooKeeper.DeleteAsync(path, NodeVersion.Any, CancellationToken.None);
            }
            catch (ZooKeeperException e) when (e.Code is Hermes.ZooKeeper.ErrorCode.NoNode)
            {
                // The retransmitter has seen the commit, and was first.
            }
        }
    }
}
