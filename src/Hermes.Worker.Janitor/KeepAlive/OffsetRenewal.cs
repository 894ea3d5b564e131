using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Shared.Kafka;

namespace Hermes.Worker.Janitor.KeepAlive;

/// <summary>Commits by a consumer of the group that joins nothing, as decision 10 says.</summary>
internal sealed class OffsetRenewal(IGroupAdministration kafka, KafkaClients clients) : IOffsetRenewal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public async Task<bool> RenewAsync(string group)
    {
        var partitions = (await kafka.CommittedAsync(group)).Select(o => o.TopicPartition).ToList();
        // It waits for the broker.
        return partitions.Count > 0 && await Task.Factory.StartNew(() => Renew(group, partitions), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private bool Renew(string group, List<TopicPartition> partitions)
    {
        // A consumer that joins nothing: the broker takes its commit only while the group has no members.
        using var consumer = new ConsumerBuilder<byte[], byte[]>(clients.Consumer(group)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var asked = new PartitionList(partitions.Count);
        partitions.ForEach(p => asked.Add(p.Topic, p.Partition.Value));
        var marks = asked.Committed(consumer, Limit);
        using var renewed = new PartitionList(partitions.Count);
        foreach (var (partition, found) in partitions.Zip(marks))
        {
            if (found is { } mark)
                renewed.Add(partition.Topic, partition.Partition.Value, mark);
        }
        foreach (var code in renewed.Commit(consumer))
        {
            if (code is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress)
                return false;
            if (code is not ErrorCode.NoError)
                throw new KafkaException(code);
        }
        return true;
    }
}
