using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Deletes the records of partitions before an offset.</summary>
internal sealed class DeleteRecordsApi(TopicCatalog topics) : ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long ToTheEnd = -1;

    protected override ValueTask<DeleteRecordsResponse?> HandleAsync(
        DeleteRecordsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new DeleteRecordsResponse();
        foreach (var wanted in request.Topics)
        {
            var topic = topics.Find(wanted.Name);
            var results = wanted.Partitions.Select(partition => Delete(topic, partition)).ToList();
            response.Topics.Add(new() { Name = wanted.Name, Partitions = results });
        }

        return new(response);
    }

    private DeleteRecordsResponse.DeleteRecordsPartitionResult Delete(Topic? topic, DeleteRecordsRequest.DeleteRecordsPartition wanted)
    {
        var result = new DeleteRecordsResponse.DeleteRecordsPartitionResult { PartitionIndex = wanted.PartitionIndex, LowWatermark = -1 };
        if (topic?.Partition(wanted.PartitionIndex) is not { } log)
        {
            result.ErrorCode = KafkaError.UnknownTopicOrPartition;
            return result;
        }

        if (!topic.Settings.Deletes)
        {
            result.ErrorCode = KafkaError.PolicyViolation;
            return result;
        }

        try
        {
            var before = wanted.Offset == ToTheEnd ? log.Offsets.End : wanted.Offset;
            if (before >= 0 && topics.DeleteRecords(topic, wanted.PartitionIndex, before) is { } start)
                result.LowWatermark = start;
            else
                result.ErrorCode = KafkaError.OffsetOutOfRange;
        }
        catch (TopicRefusedException e)
        {
            result.ErrorCode = e.Error; // deleted meanwhile
        }

        return result;
    }
}
