using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Forgets committed offsets of a group.</summary>
internal sealed class OffsetDeleteApi(GroupCoordinator groups) : ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse>
{
    protected override ValueTask<OffsetDeleteResponse?> HandleAsync(
        OffsetDeleteRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var (error, results) = groups.DeleteOffsets(request.GroupId,
            [.. request.Topics.SelectMany(topic => topic.Partitions, (topic, partition) => (topic.Name, partition.PartitionIndex))]);
        if (error is not KafkaError.None)
            return new(new OffsetDeleteResponse { ErrorCode = error });
        var next = 0;
        return new(new OffsetDeleteResponse
        {
            Topics = request.Topics.ConvertAll(topic => new OffsetDeleteResponse.OffsetDeleteResponseTopic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetDeleteResponse.OffsetDeleteResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = results[next++],
                }),
            }),
        });
    }
}
