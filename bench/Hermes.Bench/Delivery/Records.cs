using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Avro;

namespace Hermes.Bench.Delivery;

/// <summary>The topic with all messages in it, as a Hermes frontend would have written them: enveloped, with their id as a header.</summary>
internal static class Records
{
    /// <summary>Of the Avro topic's records.</summary>
    public const string Schema = """
        {"type":"record","name":"Order","fields":[{"name":"__metadata","type":["null",{"type":"map","values":"string"}],"default":null},
        {"name":"n","type":"int"},{"name":"text","type":"string"}]}
        """;

    public static async Task PublishAsync(string servers, string topic, BenchmarkSettings settings)
    {
        var schema = settings.Shape == Shapes.Avro ? AvroSchema.Parse(Schema) : null;
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
            var record = new Message<Null, byte[]> { Value = schema is null ? Json(id, i, filler) : Avro(schema, id, i, filler), Headers = new Headers { { "id", Encoding.UTF8.GetBytes(id) } } };
            if (schema is not null) record.Headers.Add("sv", [0, 0, 0, 1]);
            producer.Produce(new TopicPartition(topic, i % settings.Partitions), record, report =>
            {
                if (report.Error.IsError) fault = report.Error.Reason;
            });
            if (i % 10_000 == 0) producer.Flush(TimeSpan.FromSeconds(60));
        }

        producer.Flush(TimeSpan.FromSeconds(60));
        if (fault is not null) throw new InvalidOperationException($"A message could not be published: {fault}");
    }

    private static byte[] Json(string id, int number, string filler) => Encoding.UTF8.GetBytes(
        $$$"""{"_w":true,"metadata":{"timestamp":1795417829611,"id":"{{{id}}}","externalMetadata":{}},"message":{"n":{{{number}}},"text":"{{{filler}}}"}}""");

    private static byte[] Avro(AvroSchema schema, string id, int number, string filler)
    {
        using var json = JsonDocument.Parse($$$"""{"__metadata":{"messageId":"{{{id}}}","timestamp":"1795417829611"},"n":{{{number}}},"text":"{{{filler}}}"}""");
        return schema.ToAvro(json.RootElement);
    }

    /// <summary>Puts groups that nobody has used yet at the beginning, so that they are owed everything; or at the end.</summary>
    public static async Task StartAsync(string servers, IEnumerable<string> groups, string topic, int partitions, bool atEnd = false)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        var offsets = Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)).ToList();
        if (atEnd)
        {
            var ends = await admin.ListOffsetsAsync(offsets.Select(o => new TopicPartitionOffsetSpec { TopicPartition = o.TopicPartition, OffsetSpec = OffsetSpec.Latest() }));
            offsets = [.. ends.ResultInfos.Select(r => r.TopicPartitionOffsetError.TopicPartitionOffset)];
        }
        foreach (var group in groups)
            await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, offsets)]);
    }
}
