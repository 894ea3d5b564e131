using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Finds offsets: the first, the next, the first at or after a time, the one of the latest time.</summary>
internal sealed class ListOffsetsApi(TopicCatalog topics) : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long LatestTime = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;

    protected override ValueTask<ListOffsetsResponse?> HandleAsync(
        ListOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new ListOffsetsResponse();
        foreach (var wanted in request.Topics)
        {
            var topic = topics.Find(wanted.Name);
            var answers = wanted.Partitions.Select(partition => Answer(topic, partition, context.Version)).ToList();
            response.Topics.Add(new() { Name = wanted.Name, Partitions = answers });
        }

        return new(response);
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Answer(
        Topic? topic, ListOffsetsRequest.ListOffsetsPartition wanted, short version)
    {
        var answer = new ListOffsetsResponse.ListOffsetsPartitionResponse { PartitionIndex = wanted.PartitionIndex };
        if (topic?.Partition(wanted.PartitionIndex) is not { } log)
        {
            answer.ErrorCode = KafkaError.UnknownTopicOrPartition;
            return answer;
        }

        if (wanted.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
        {
            answer.ErrorCode = KafkaError.UnknownLeaderEpoch;
            return answer;
        }

        if (wanted.Timestamp < LowestSpecial(version))
        {
            answer.ErrorCode = KafkaError.UnsupportedVersion;
            return answer;
        }

        var (start, end) = log.Offsets;
        (long Offset, long Timestamp)? found = wanted.Timestamp switch
        {
            Latest => (end, -1),
            Earliest or EarliestLocal => (start, -1),
            LatestTime => log.FindLatestTime(),
            LatestTiered => null, // nothing is ever moved to another tier
            _ => log.FindByTime(wanted.Timestamp),
        };
        if (version == 0)
        {
            answer.OldStyleOffsets = found is { } old ? [old.Offset] : [];
            return answer;
        }

        if (found is { } place)
        {
            (answer.Offset, answer.Timestamp) = place;
            if (version >= 4)
                answer.LeaderEpoch = PartitionLog.LeaderEpoch;
        }

        return answer;
    }

    /// <summary>Each of the special times came with a version of its own.</summary>
    private static long LowestSpecial(short version) => version switch
    {
        >= 9 => LatestTiered,
        8 => EarliestLocal,
        7 => LatestTime,
        _ => Earliest,
    };
}
