using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>How administrators make, describe, change and delete topics.</summary>
public abstract class TopicsContract
{
    protected abstract string BootstrapServers { get; }

    private BrokerAccess Broker => new(BootstrapServers);

    [Fact]
    public async Task A_topic_is_created_described_and_deleted()
    {
        var name = BrokerAccess.FreshName("topic");
        using var admin = Broker.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = 3, ReplicationFactor = 1 }]);
        var described = await WhenDescribedAsync(admin, name);
        Assert.False(described.IsInternal);
        Assert.NotEqual(default, described.TopicId.ToString());
        Assert.Equal([0, 1, 2], described.Partitions.Select(partition => partition.Partition));
        Assert.All(described.Partitions, partition =>
        {
            Assert.Equal(partition.Leader!.Id, Assert.Single(partition.Replicas).Id);
            Assert.Equal(partition.Leader.Id, Assert.Single(partition.ISR).Id);
        });
        Assert.Contains(admin.GetMetadata(BrokerAccess.Patience).Topics, topic => topic.Topic == name);

        await admin.DeleteTopicsAsync([name]);
        await BrokerAccess.UntilAsync(
            () => Task.FromResult(admin.GetMetadata(BrokerAccess.Patience).Topics.TrueForAll(topic => topic.Topic != name)), "the topic is gone");
        var absent = await Assert.ThrowsAsync<DeleteTopicsException>(() => admin.DeleteTopicsAsync([name]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, absent.Results.Single().Error.Code);
    }

    [Fact]
    public async Task What_cannot_be_created_is_refused_by_name()
    {
        var present = await Broker.FreshTopicAsync();
        Assert.Equal(ErrorCode.TopicAlreadyExists, await RefusalAsync(new() { Name = present, NumPartitions = 1, ReplicationFactor = 1 }));
        Assert.Equal(ErrorCode.TopicException, await RefusalAsync(new() { Name = "no spaces", NumPartitions = 1, ReplicationFactor = 1 }));
        Assert.Equal(ErrorCode.TopicException, await RefusalAsync(new() { Name = new string('t', 250), NumPartitions = 1, ReplicationFactor = 1 }));
        Assert.Equal(ErrorCode.InvalidPartitions, await RefusalAsync(new() { Name = Fresh(), NumPartitions = 0, ReplicationFactor = 1 }));
        Assert.Equal(ErrorCode.InvalidReplicationFactor, await RefusalAsync(new() { Name = Fresh(), NumPartitions = 1, ReplicationFactor = 3 }));
        Assert.Equal(ErrorCode.InvalidConfig, await RefusalAsync(
            new() { Name = Fresh(), NumPartitions = 1, ReplicationFactor = 1, Configs = new(StringComparer.Ordinal) { ["no.such.setting"] = "1" } }));
        Assert.Equal(ErrorCode.InvalidConfig, await RefusalAsync(
            new() { Name = Fresh(), NumPartitions = 1, ReplicationFactor = 1, Configs = new(StringComparer.Ordinal) { ["retention.ms"] = "soon" } }));

        static string Fresh() => BrokerAccess.FreshName("topic");
    }

    [Fact]
    public async Task A_topic_that_is_only_validated_is_not_created()
    {
        var name = BrokerAccess.FreshName("topic");
        using var admin = Broker.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = 1, ReplicationFactor = 1 }], new() { ValidateOnly = true });
        Assert.DoesNotContain(admin.GetMetadata(BrokerAccess.Patience).Topics, topic => topic.Topic == name);
    }

    [Fact]
    public async Task Settings_are_described_with_their_source_and_changed_one_by_one()
    {
        var topic = await Broker.FreshTopicAsync(settings: ("retention.ms", "60000"));
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        using var admin = Broker.Admin();
        var entries = await DescribeAsync();
        Assert.Equal(("60000", ConfigSource.DynamicTopicConfig, false),
            (entries["retention.ms"].Value, entries["retention.ms"].Source, entries["retention.ms"].IsDefault));
        Assert.Equal("delete", entries["cleanup.policy"].Value);
        Assert.True(entries["cleanup.policy"].IsDefault);
        Assert.Equal("1048588", entries["max.message.bytes"].Value);
        Assert.Equal("CreateTime", entries["message.timestamp.type"].Value);

        await AlterAsync(("max.message.bytes", "5000", AlterConfigOpType.Set), ("retention.ms", "", AlterConfigOpType.Delete));
        await BrokerAccess.UntilAsync(async () => (await DescribeAsync())["max.message.bytes"].Value == "5000", "the setting has changed");
        entries = await DescribeAsync();
        Assert.Equal("604800000", entries["retention.ms"].Value);
        Assert.True(entries["retention.ms"].IsDefault);

        var refused = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(() => AlterAsync(("retention.ms", "soon", AlterConfigOpType.Set)));
        Assert.Equal(ErrorCode.InvalidConfig, refused.Results.Single().Error.Code);

        async Task<Dictionary<string, ConfigEntryResult>> DescribeAsync() =>
            (await admin.DescribeConfigsAsync([resource])).Single().Entries;

        Task AlterAsync(params (string Name, string Value, AlterConfigOpType How)[] changes) => admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] = [.. changes.Select(change => new ConfigEntry { Name = change.Name, Value = change.Value, IncrementalOperation = change.How })],
        });
    }

    [Fact]
    public async Task Settings_of_an_unknown_topic_are_not_described()
    {
        using var admin = Broker.Admin();
        var refused = await Assert.ThrowsAsync<DescribeConfigsException>(
            () => admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "never-created" }]));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, refused.Results.Single().Error.Code);
    }

    [Fact]
    public async Task The_broker_describes_itself()
    {
        using var admin = Broker.Admin();
        var cluster = await admin.DescribeClusterAsync();
        Assert.NotEmpty(cluster.ClusterId);
        var node = Assert.Single(cluster.Nodes);
        Assert.Equal(node.Id, cluster.Controller.Id);
        Assert.Equal(BootstrapServers, $"{node.Host}:{node.Port}");
        var settings = (await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = $"{node.Id}" }])).Single().Entries;
        Assert.Equal("1048588", settings["message.max.bytes"].Value);
    }

    [Fact]
    public async Task Partitions_are_added_and_never_taken_away()
    {
        var topic = await Broker.FreshTopicAsync();
        using var admin = Broker.Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 3 }]);
        await BrokerAccess.UntilAsync(
            () => Task.FromResult(admin.GetMetadata(topic, BrokerAccess.Patience).Topics.Single().Partitions.Count(partition => partition.Leader >= 0) == 3),
            "the topic has three partitions");
        using (var producer = Broker.Producer())
            Assert.Equal(2, (await producer.ProduceAsync(new TopicPartition(topic, 2), new() { Value = [1] })).Partition.Value);

        Assert.Equal(ErrorCode.InvalidPartitions, await RefusalAsync(topic, 2));
        Assert.Equal(ErrorCode.InvalidPartitions, await RefusalAsync(topic, 3));
        Assert.Equal(ErrorCode.UnknownTopicOrPart, await RefusalAsync("never-created", 3));

        async Task<ErrorCode> RefusalAsync(string of, int count) => (await Assert.ThrowsAsync<CreatePartitionsException>(
            () => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = of, IncreaseTo = count }]))).Results.Single().Error.Code;
    }

    [Fact]
    public async Task Records_are_deleted_up_to_an_offset()
    {
        var topic = await Broker.FreshTopicAsync();
        using (var producer = Broker.Producer())
        {
            for (byte i = 0; i < 10; i++)
                await producer.ProduceAsync(topic, new() { Value = [i] });
        }

        using var admin = Broker.Admin();
        var deleted = await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]);
        Assert.Equal(4, deleted.Single().Offset.Value);
        Assert.Equal([4], Broker.ReadAll(topic, 6)[0].Message.Value);
        using var consumer = Broker.Consumer();
        Assert.Equal(4, consumer.QueryWatermarkOffsets(new(topic, 0), BrokerAccess.Patience).Low.Value);

        // -1 stands for everything there is.
        Assert.Equal(10, (await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, Offset.End)])).Single().Offset.Value);
        var beyond = await Assert.ThrowsAsync<DeleteRecordsException>(() => admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 11)]));
        Assert.Equal(ErrorCode.OffsetOutOfRange, beyond.Results.Single().Error.Code);
    }

    private async Task<ErrorCode> RefusalAsync(TopicSpecification specification)
    {
        using var admin = Broker.Admin();
        return (await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([specification]))).Results.Single().Error.Code;
    }

    private static async Task<TopicDescription> WhenDescribedAsync(IAdminClient admin, string topic)
    {
        TopicDescription? found = null;
        await BrokerAccess.UntilAsync(async () =>
        {
            try
            {
                found = (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions.Single();
                return found.Partitions.TrueForAll(partition => partition.Leader is not null);
            }
            catch (DescribeTopicsException)
            {
                return false; // created, and not known to the broker yet
            }
        }, $"topic {topic} can be described");
        return found!;
    }
}
