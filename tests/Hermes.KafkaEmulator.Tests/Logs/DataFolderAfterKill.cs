using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>The emulator as a process with a data folder, and librdkafka against it: what was acknowledged outlives SIGKILL.</summary>
public sealed class DataFolderAfterKill
{
    [Fact]
    public async Task Acknowledged_records_are_there_with_their_offsets_keys_headers_and_times()
    {
        await using var kafka = await EmulatorProcess.LaunchAsync("--partitions", "2");
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "kept", NumPartitions = 1 }]);
        var time = new Timestamp(1_700_000_000_123, TimestampType.CreateTime);
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers, EnableIdempotence = true }).Build())
        {
            for (var i = 0; i < 50; i++)
            {
                var headers = new Headers { { "n", [(byte)i] } };
                var kept = await producer.ProduceAsync("kept", new Message<string, string> { Key = $"k{i}", Value = $"v{i}", Headers = headers, Timestamp = time });
                Assert.Equal(i, kept.Offset.Value);
            }

            await kafka.KillAsync();
            await kafka.StartAsync();

            // The same producer goes on: its sequence was kept too.
            Assert.Equal(50, (await producer.ProduceAsync("kept", new Message<string, string> { Key = "k50", Value = "v50", Timestamp = time })).Offset.Value);
        }

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "g" }).Build();
        consumer.Assign(new TopicPartitionOffset("kept", 0, Offset.Beginning));
        for (var i = 0; i <= 50; i++)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.Equal(($"k{i}", $"v{i}", (long)i, time), (read.Message.Key, read.Message.Value, read.Offset.Value, read.Message.Timestamp));
            if (i < 50)
                Assert.Equal([(byte)i], read.Message.Headers.GetLastBytes("n"));
        }
    }
}
