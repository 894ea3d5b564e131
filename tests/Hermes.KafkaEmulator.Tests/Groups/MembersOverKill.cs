using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>The emulator as a process that is killed under a librdkafka consumer: the group goes on in its generation.</summary>
public sealed class MembersOverKill
{
    [Fact]
    public async Task A_consumer_keeps_its_partitions_and_commits_over_a_kill_of_the_broker()
    {
        await using var emulator = await EmulatorProcess.LaunchAsync();
        var broker = new BrokerAccess(emulator.BootstrapServers);
        var (topic, group) = (await broker.FreshTopicAsync(partitions: 2), BrokerAccess.FreshName("group"));
        using var producer = broker.Producer();
        using var consumer = broker.Consumer(group, settings => (settings.ReconnectBackoffMs, settings.ReconnectBackoffMaxMs) = (50, 200));
        consumer.Subscribe(topic);
        await producer.ProduceAsync(topic, new() { Value = [1] });
        consumer.Commit(consumer.Consume(BrokerAccess.Patience));
        var before = await DescribeAsync();

        await emulator.KillAsync();
        await emulator.StartAsync();

        await producer.ProduceAsync(topic, new() { Value = [2] });
        var second = consumer.Consume(BrokerAccess.Patience);
        Assert.Equal([2], second.Message.Value);
        consumer.Commit(second);
        var after = await DescribeAsync();
        Assert.Equal((before.State, before.Members.Single().ConsumerId), (after.State, after.Members.Single().ConsumerId));
        consumer.Close();

        async Task<ConsumerGroupDescription> DescribeAsync()
        {
            using var admin = broker.Admin();
            return (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
        }
    }
}
