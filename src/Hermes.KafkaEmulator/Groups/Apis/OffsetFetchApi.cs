using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>What groups have committed: one group up to version 7, several from version 8 on.</summary>
internal sealed class OffsetFetchApi(GroupCoordinator groups) : ApiHandler<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short FirstVersionOfManyGroups = 8;

    // How the protocol says that nothing was committed.
    private static readonly CommittedOffset Nothing = new(Offset: -1, LeaderEpoch: -1, Metadata: "");

    /// <summary>Version 0 looked for offsets in ZooKeeper, where this broker has none.</summary>
    public override short LowestVersion => 1;

    protected override ValueTask<OffsetFetchResponse?> HandleAsync(
        OffsetFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version >= FirstVersionOfManyGroups)
            return new(new OffsetFetchResponse { Groups = request.Groups.ConvertAll(Answer) });
        var answer = Answer(new()
        {
            GroupId = request.GroupId,
            Topics = request.Topics?.ConvertAll(topic =>
                new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes }),
        });
        return new(new OffsetFetchResponse { Topics = answer.Topics.ConvertAll(Older) });
    }

    private static OffsetFetchResponse.OffsetFetchResponsePartitions Partition(int index, CommittedOffset offset) => new()
    {
        PartitionIndex = index,
        CommittedOffset = offset.Offset,
        CommittedLeaderEpoch = offset.LeaderEpoch,
        Metadata = offset.Metadata,
    };

    private static OffsetFetchResponse.OffsetFetchResponseTopic Older(OffsetFetchResponse.OffsetFetchResponseTopics topic) => new()
    {
        Name = topic.Name,
        Partitions = topic.Partitions.ConvertAll(partition => new OffsetFetchResponse.OffsetFetchResponsePartition
        {
            PartitionIndex = partition.PartitionIndex,
            CommittedOffset = partition.CommittedOffset,
            CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
            Metadata = partition.Metadata,
        }),
    };

    private OffsetFetchResponse.OffsetFetchResponseGroup Answer(OffsetFetchRequest.OffsetFetchRequestGroup asked)
    {
        if (asked.Topics is null)
        {
            return new()
            {
                GroupId = asked.GroupId,
                Topics = [.. groups.FetchAll(asked.GroupId).Select(topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Topic,
                    Partitions = [.. topic.Partitions.Select(pair => Partition(pair.Partition, pair.Offset))],
                })],
            };
        }

        var offsets = groups.Fetch(asked.GroupId,
            [.. asked.Topics.SelectMany(topic => topic.PartitionIndexes, (topic, partition) => (topic.Name, partition))]);
        var next = 0;
        return new()
        {
            GroupId = asked.GroupId,
            Topics = asked.Topics.ConvertAll(topic => new OffsetFetchResponse.OffsetFetchResponseTopics
            {
                Name = topic.Name,
                Partitions = topic.PartitionIndexes.ConvertAll(partition => Partition(partition, offsets[next++] ?? Nothing)),
            }),
        };
    }
}
