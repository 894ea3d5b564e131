using System.Collections.Concurrent;
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

    [Fact]
    public async Task Killed_again_and_again_under_load_it_loses_and_doubles_nothing_of_an_idempotent_producer()
    {
        const int Kills = 5;
        var seed = Random.Shared.Next();
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await using var kafka = await EmulatorProcess.LaunchAsync();
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "load", NumPartitions = 3 }]);
        var acknowledged = new ConcurrentDictionary<int, TopicPartitionOffset>();
        var settings = new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 2,
            CompressionType = CompressionType.Lz4,
            MessageTimeoutMs = 120_000,
            ReconnectBackoffMaxMs = 200,
            RetryBackoffMs = 20,
        };
        var sent = 0;
        using (var producer = new ProducerBuilder<Null, string>(settings).SetLogHandler((_, _) => { }).Build())
        {
            for (var kill = 0; kill <= Kills; kill++)
            {
                var until = acknowledged.Count + random.Next(500, 3000);
                while (acknowledged.Count < until)
                {
                    var n = sent++;
                    producer.Produce("load", new Message<Null, string> { Value = $"{n}" }, report =>
                    {
                        if (!report.Error.IsError)
                            acknowledged[n] = report.TopicPartitionOffset;
                    });
                    if (sent - acknowledged.Count > 1000)
                        producer.Poll(TimeSpan.FromMilliseconds(20));
                }

                if (kill == Kills)
                    break;
                await kafka.KillAsync();
                await kafka.StartAsync();
            }

            producer.Flush(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(sent, acknowledged.Count);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "g" }).Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(partition => new TopicPartitionOffset("load", partition, Offset.Beginning)));
        var seen = new Dictionary<int, TopicPartitionOffset>();
        while (seen.Count < sent)
        {
            var read = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"Only {seen.Count} of {sent} came (seed {seed}).");
            seen.Add(int.Parse(read.Message.Value), read.TopicPartitionOffset); // throws on a double
        }

        Assert.All(acknowledged, pair => Assert.Equal(pair.Value, seen[pair.Key]));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(300)));
    }
}
