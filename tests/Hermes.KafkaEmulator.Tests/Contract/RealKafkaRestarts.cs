using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>The fixture itself: a real broker is killed and comes back on its address with its data.</summary>
[Trait("Needs", "Kafka")]
public sealed class RealKafkaRestarts
{
    [Fact]
    public async Task A_killed_broker_comes_back_with_what_it_acknowledged()
    {
        Assert.SkipWhen(KafkaDistribution.WhyNoTools is not null, KafkaDistribution.WhyNoTools ?? "");
        await using var kafka = await RealKafka.LaunchAsync();
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "kept", NumPartitions = 1 }]);
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await producer.ProduceAsync("kept", new Message<string, string> { Key = "k", Value = "v" });

        await kafka.KillAsync();
        await kafka.StartAsync();

        using var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "g" }).Build();
        consumer.Assign(new TopicPartitionOffset("kept", 0, Offset.Beginning));
        Assert.Equal("v", consumer.Consume(TimeSpan.FromSeconds(30))?.Message.Value);
    }
}
