using Hermes.KafkaEmulator.Logs;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Reads record batches, and waits for them where there are too few. Fetch sessions are declined: every request names all it wants.</summary>
internal sealed class FetchApi(TopicCatalog topics, TimeProvider clock) : ApiHandler<FetchRequest, FetchResponse>
{
    // Kafka's fetch.max.bytes of a broker.
    private const int MostBytes = 55 * 1024 * 1024;

    // Before version 4 a client reads message formats that nothing is kept in.
    public override short LowestVersion => 4;

    protected override async ValueTask<FetchResponse?> HandleAsync(FetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.SessionId != 0)
            return new FetchResponse { ErrorCode = KafkaError.FetchSessionIdNotFound };
        var (response, done) = Collect(request, context);
        if (done || request.MaxWaitMs <= 0)
            return response;

        var wait = new AppendWait();
        var logs = Logs(request).ToList();
        foreach (var log in logs)
            log.Register(wait);
        try
        {
            // What came between the look and the registration is found here, or is signalled.
            var started = clock.GetTimestamp();
            var budget = TimeSpan.FromMilliseconds(request.MaxWaitMs);
            (response, done) = Collect(request, context);
            while (!done && budget - clock.GetElapsedTime(started) is var rest && rest > TimeSpan.Zero && !cancellationToken.IsCancellationRequested)
            {
                await wait.WhenSignalledAsync(rest, clock, cancellationToken);
                wait = Again(wait, logs);
                (response, done) = Collect(request, context);
            }

            return response;
        }
        finally
        {
            foreach (var log in logs)
                log.Unregister(wait);
        }
    }

    private static AppendWait Again(AppendWait wait, List<PartitionLog> logs)
    {
        // A signal is for once, and is taken from the log that gave it only.
        var next = new AppendWait();
        foreach (var log in logs)
        {
            log.Unregister(wait);
            log.Register(next);
        }

        return next;
    }

    private IEnumerable<PartitionLog> Logs(FetchRequest request) =>
        from wanted in request.Topics
        let topic = Find(wanted)
        where topic is not null
        from partition in wanted.Partitions
        let log = topic.Partition(partition.Partition)
        where log is not null
        select log;

    private Topic? Find(FetchRequest.FetchTopic wanted) => wanted.TopicId != Guid.Empty ? topics.Find(wanted.TopicId) : topics.Find(wanted.Topic);

    /// <summary>Reads what is there now.</summary>
    /// <returns>The response, and whether it is worth sending at once: enough bytes, or an error.</returns>
    private (FetchResponse Response, bool Done) Collect(FetchRequest request, RequestContext context)
    {
        // A response that was too small is read again: what it had rented goes back first.
        context.Answered();
        var response = new FetchResponse();
        var room = Math.Min(request.MaxBytes, MostBytes);
        long total = 0;
        var failed = false;
        var any = false;
        var more = false;
        foreach (var wanted in request.Topics)
        {
            var topic = Find(wanted);
            var answers = new List<FetchResponse.PartitionData>(wanted.Partitions.Count);
            foreach (var partition in wanted.Partitions)
            {
                var missing = context.Version >= 13 ? KafkaError.UnknownTopicId : KafkaError.UnknownTopicOrPartition;
                var read = topic is null ? ReadResult.Refused(missing) : Read(topic, partition, Math.Min(room, partition.PartitionMaxBytes), total == 0);
                if (read.Bytes.Rented is { } rented)
                    context.DisposeOnceAnswered(rented);
                room -= read.Bytes.Memory.Length;
                total += read.Bytes.Memory.Length;
                failed |= read.Error is not KafkaError.None;
                any = true;
                more |= read.HasMore;
                answers.Add(Answer(partition.Partition, read, request.IsolationLevel));
            }

            response.Responses.Add(new() { Topic = context.Version >= 13 ? "" : wanted.Topic, TopicId = wanted.TopicId, Partitions = answers });
        }

        // Bytes come from one segment at a time: where more lies behind them, waiting would gain nothing.
        return (response, failed || !any || more || total >= request.MinBytes);
    }

    private static ReadResult Read(Topic topic, FetchRequest.FetchPartition partition, int maxBytes, bool atLeastOne)
    {
        if (topic.Partition(partition.Partition) is not { } log)
            return ReadResult.Refused(KafkaError.UnknownTopicOrPartition);
        if (partition.CurrentLeaderEpoch > PartitionLog.LeaderEpoch)
            return ReadResult.Refused(KafkaError.UnknownLeaderEpoch);
        return log.Read(partition.FetchOffset, maxBytes, atLeastOne);
    }

    private static FetchResponse.PartitionData Answer(int index, in ReadResult read, sbyte isolation) => new()
    {
        PartitionIndex = index,
        ErrorCode = read.Error,
        HighWatermark = read.EndOffset,
        LastStableOffset = read.EndOffset,
        LogStartOffset = read.StartOffset,
        // Null says that the client did not ask for committed records only.
        AbortedTransactions = isolation == 0 ? null : [],
        Records = read.Bytes.Memory,
    };
}
