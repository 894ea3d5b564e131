using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Commits offsets of a group.</summary>
internal sealed class OffsetCommitApi(GroupCoordinator groups) : ApiHandler<OffsetCommitRequest, OffsetCommitResponse>
{
    /// <summary>Version 0 kept offsets in ZooKeeper, where this broker has none.</summary>
    public override short LowestVersion => 1;

    protected override ValueTask<OffsetCommitResponse?> HandleAsync(
        OffsetCommitRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var committer = new Committer(request.GroupId, request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId);
        var results = groups.Commit(committer, [.. request.Topics.SelectMany(topic => topic.Partitions, (topic, partition) =>
            (topic.Name, partition.PartitionIndex,
                new CommittedOffset(partition.CommittedOffset, partition.CommittedLeaderEpoch, partition.CommittedMetadata ?? "")))]);
        var next = 0;
        return new(new OffsetCommitResponse
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = results[next++],
                }),
            }),
        });
    }
}
