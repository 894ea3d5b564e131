using System.Runtime.InteropServices;
using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Appends record batches. With one replica a batch is as safe as it gets once it is written: every kind of acks means that.</summary>
internal sealed partial class ProduceApi(TopicCatalog topics, ILogger logger) : ApiHandler<ProduceRequest, ProduceResponse>
{
    private const int Zstd = 4;
    private const short FirstWithZstd = 7;

    protected override ValueTask<ProduceResponse?> HandleAsync(ProduceRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = new ProduceResponse();
        foreach (var data in request.TopicData)
        {
            var topic = topics.Find(data.Name);
            var partitions = new List<ProduceResponse.PartitionProduceResponse>(data.PartitionData.Count);
            foreach (var partition in data.PartitionData)
                partitions.Add(Answer(partition.Index, Append(topic, request, partition, context.Version), context.Version));
            response.Responses.Add(new() { Name = data.Name, PartitionResponses = partitions });
        }

        return new(request.Acks == 0 ? null : response);
    }

    private static ProduceResponse.PartitionProduceResponse Answer(int index, in AppendResult result, short version) => new()
    {
        Index = index,
        ErrorCode = result.Error,
        BaseOffset = result.BaseOffset,
        LogAppendTimeMs = result.AppendTimeMs,
        LogStartOffset = result.StartOffset,
        ErrorMessage = version >= 8 ? result.Reason : null,
    };

    private AppendResult Append(Topic? topic, ProduceRequest request, ProduceRequest.PartitionProduceData data, short version)
    {
        if (request.Acks is < -1 or > 1)
            return AppendResult.Refused(KafkaError.InvalidRequiredAcks, reason: null);
        if (request.TransactionalId is not null)
            return AppendResult.Refused(KafkaError.TransactionalIdAuthorizationFailed, "Transactions are not served.");
        if (topic?.Partition(data.Index) is not { } log)
            return AppendResult.Refused(KafkaError.UnknownTopicOrPartition, reason: null);
        if (data.Records is not { Length: > 0 } records)
            return AppendResult.Refused(KafkaError.InvalidRecord, "A produce request must hold exactly one record batch for a partition.");
        if (version < FirstWithZstd && records.Length >= RecordBatch.HeaderSize && RecordBatch.Read(records.Span).Compression == Zstd)
            return AppendResult.Refused(KafkaError.UnsupportedCompressionType, reason: null);
        try
        {
            // The frame is this request's alone, and its batch gets its offsets in place.
            return log.Append(MemoryMarshal.AsMemory(records), topic.Settings.Rules);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotWritten(logger, e, topic.Name, data.Index);
            return AppendResult.Refused(KafkaError.KafkaStorageError, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(10, LogLevel.Error, "Records of {Topic}-{Partition} could not be written and were refused")]
        public static partial void NotWritten(ILogger logger, Exception exception, string topic, int partition);
    }
}
