using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Bench.Delivery;

/// <summary>The topic with all messages in it, as a Hermes frontend would have written them: enveloped, with their id as a header.</summary>
internal static class Records
{
    public static async Task PublishAsync(string servers, string topic, BenchmarkSettings settings)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = settings.Partitions, ReplicationFactor = 1 }]);
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig
        {
            BootstrapServers = servers,
            LingerMs = 20,
            BatchSize = 256 * 1024,
            QueueBufferingMaxMessages = 200_000,
        }).Build();
        var filler = new string('x', Math.Max(settings.Size - 20, 1));
        string? fault = null;
        for (var i = 0; i < settings.Messages; i++)
        {
            var id = Guid.CreateVersion7().ToString();
            var value = Encoding.UTF8.GetBytes(
                $$$"""{"_w":true,"metadata":{"timestamp":1795417829611,"id":"{{{id}}}","externalMetadata":{}},"message":{"n":{{{i}}},"text":"{{{filler}}}"}}""");
            var record = new Message<Null, byte[]> { Value = value, Headers = new Headers { { "id", Encoding.UTF8.GetBytes(id) } } };
            producer.Produce(new TopicPartition(topic, i % settings.Partitions), record, report =>
            {
                if (report.Error.IsError) fault = report.Error.Reason;
            });
            if (i % 10_000 == 0) producer.Flush(TimeSpan.FromSeconds(60));
        }

        producer.Flush(TimeSpan.FromSeconds(60));
        if (fault is not null) throw new InvalidOperationException($"A message could not be published: {fault}");
    }

    /// <summary>Puts a group that nobody has used yet at the beginning, so that it is owed everything.</summary>
    public static async Task StartFromBeginningAsync(string servers, string group, string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        var offsets = Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)).ToList();
        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, offsets)]);
    }
}
