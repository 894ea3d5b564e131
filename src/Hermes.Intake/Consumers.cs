using Confluent.Kafka;

namespace Hermes.Intake;

/// <summary>Kafka consumers as intakes use them.</summary>
public static class Consumers
{
    // How long librdkafka rests a partition that has read far enough ahead. Its own second is longer than a fast endpoint needs for
    // all that was read ahead, and the intake would stand still for the rest of it.
    private const int FetchPauseMs = 10;

    /// <summary>Has the consumer read ahead so far, and go on as soon as there is room.</summary>
    public static void ReadAhead(this ConsumerConfig client, int records, int kilobytes)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.QueuedMinMessages = records;
        client.QueuedMaxMessagesKbytes = kilobytes;
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
