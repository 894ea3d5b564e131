using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Where the records of a leader's epoch end: by this a client finds out whether its position was cut off. There is one epoch.</summary>
internal sealed class OffsetForLeaderEpochApi(TopicCatalog topics) : ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    protected override ValueTask<OffsetForLeaderEpochResponse?> HandleAsync(
        OffsetForLeaderEpochRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new OffsetForLeaderEpochResponse();
        foreach (var wanted in request.Topics)
        {
            var topic = topics.Find(wanted.Topic);
            var answers = wanted.Partitions.Select(partition => Answer(topic, partition, context.Version)).ToList();
            response.Topics.Add(new() { Topic = wanted.Topic, Partitions = answers });
        }

        return new(response);
    }

    private static OffsetForLeaderEpochResponse.EpochEndOffset Answer(
        Topic? topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition wanted, short version)
    {
        var answer = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition };
        if (topic?.Partition(wanted.Partition) is not { } log)
        {
            answer.ErrorCode = KafkaError.UnknownTopicOrPartition;
        }
        else if (wanted.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
        {
            answer.ErrorCode = KafkaError.UnknownLeaderEpoch;
        }
        else if (wanted.LeaderEpoch == PartitionLog.LeaderEpoch)
        {
            answer.EndOffset = log.Offsets.End;
            if (version >= 1)
                answer.LeaderEpoch = PartitionLog.LeaderEpoch;
        }

        return answer;
    }
}
