using Confluent.Kafka;

namespace Hermes.Intake;

/// <summary>Kafka consumers as intakes use them.</summary>
public static class Consumers
{
    // How long librdkafka rests a partition that has read far enough ahead. Its own second is longer than a fast endpoint needs for
    // all that was read ahead, and the intake would stand still for the rest of it; and looking up every few milliseconds costs a worker
    // with a hundred busy subscriptions a fifth of its processor time.
    private const int FetchPauseMs = 50;

    // librdkafka's own.
    private const int DefaultFetchBytes = 52_428_800;
    private const int DefaultPartitionBytes = 1_048_576;
    private const int DefaultMessageBytes = 1_000_000;

    /// <summary>Has the consumer read ahead so far, and go on as soon as there is room.</summary>
    public static void ReadAhead(this ConsumerConfig client, int records, int kilobytes)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.QueuedMinMessages = records;
        client.QueuedMaxMessagesKbytes = kilobytes;
        // One answer of a broker counts only once it is here, and may hold this much; a record that is larger comes alone.
        var bytes = (int)Math.Min(kilobytes * 1024L, DefaultFetchBytes);
        client.MaxPartitionFetchBytes ??= Math.Min(bytes, DefaultPartitionBytes);
        client.MessageMaxBytes ??= Math.Min(bytes, DefaultMessageBytes); // the library wants no smaller answer than this
        client.FetchMaxBytes ??= bytes;
        client.FetchQueueBackoffMs = FetchPauseMs;
    }

    /// <summary>Takes what lies ready; never waits.</summary>
    /// <param name="consumer">Whose queue.</param>
    /// <param name="report">Told of each error that lay before it.</param>
    /// <exception cref="ConsumeException">The consumer has failed for good.</exception>
    public static ConsumeResult<byte[], byte[]>? PollReady(this IConsumer<byte[], byte[]> consumer, Action<Error> report)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(report);
        while (true)
        {
            try
            {
                return consumer.Consume(TimeSpan.Zero);
            }
            catch (ConsumeException e) when (!e.Error.IsFatal)
            {
                // Asked again: the bell rings only for a queue that was empty, and records may lie behind the error.
                report(e.Error);
            }
        }
    }
}
