using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.DeadLetters;

/// <summary>Writes dead letters to Kafka: one idempotent producer for the process, made with the first letter. A topic that is not there
/// is created before its first letter.</summary>
internal sealed class KafkaLetterBox(KafkaClients clients, KafkaNames names, DeliveryOptions options) : ILetterBox, IDisposable
{
    // A letter is a message as large as Hermes takes any, and headers.
    private const int LargestLetter = 16 * 1024 * 1024;
    private const int LettersAtOnce = 10_000;
    private const int KilobytesAtOnce = 64 * 1024;
    private const int TimeoutMs = 30_000;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Task> _topics = new(StringComparer.Ordinal);
    private IProducer<byte[]?, byte[]?>? _producer;
    private KafkaAdministration? _administration;
    private bool _closed;

    public string TopicOf(SubscriptionName subscription, DeadLetterExtensions asked) => DeadLetterTopics.Of(subscription, asked, names);

    public void Post(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        var topicIsThere = _topics.GetOrAdd(topic, EnsureAsync);
        if (topicIsThere.IsCompletedSuccessfully) Produce(topic, letter, done);
        else _ = PostLaterAsync(topicIsThere, topic, letter, done);
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
        _producer?.Flush(Farewell);
        _producer?.Dispose();
        _administration?.Dispose();
    }

    private async Task PostLaterAsync(Task topicIsThere, string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        try
        {
            await topicIsThere;
        }
        catch (Exception e)
        {
            _topics.TryRemove(new(topic, topicIsThere)); // it is looked for anew with the next letter
            done($"it could not be found or created: {e.Message}");
            return;
        }

        Produce(topic, letter, done);
    }

    private async Task EnsureAsync(string topic)
    {
        KafkaAdministration administration;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            administration = _administration ??= new KafkaAdministration(clients);
        }

        if ((await administration.PartitionsAsync(topic)).Count > 0) return;
        const short asTheBrokerDoes = -1;
        await administration.CreateTopicAsync(topic, options.DeadLetterPartitions, asTheBrokerDoes, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["retention.ms"] = ((long)options.DeadLetterRetention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            ["max.message.bytes"] = LargestLetter.ToString(CultureInfo.InvariantCulture),
        });
    }

    private void Produce(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        try
        {
            var producer = Producer();
            producer.Produce(topic, letter, report =>
            {
                if (MayBeStuck(report.Error)) Retire(producer);
                if (report.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic) _topics.TryRemove(topic, out _);
                done(report.Error.IsError ? $"{report.Error.Reason} ({report.Error.Code})" : null);
            });
        }
        catch (Exception e) when (e is KafkaException or ObjectDisposedException or InvalidOperationException)
        {
            done(e.Message); // its queue is full, or it has failed for good and is replaced
        }
    }

    private IProducer<byte[]?, byte[]?> Producer()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _producer ??= Build();
        }
    }

    private IProducer<byte[]?, byte[]?> Build()
    {
        var client = clients.Producer();
        client.MessageTimeoutMs = TimeoutMs; // then it is told, held, and tried again
        client.MessageMaxBytes = LargestLetter;
        client.QueueBufferingMaxMessages = LettersAtOnce;
        client.QueueBufferingMaxKbytes = KilobytesAtOnce;
        client.AllowAutoCreateTopics = false;
        return new ProducerBuilder<byte[]?, byte[]?>(client).SetLogHandler((_, _) => { }).SetErrorHandler(Failed).Build();
    }

    // A fatal error ends a producer: the next letter gets a new one. What was under way fails, and is tried again.
    private void Failed(IProducer<byte[]?, byte[]?> producer, Error error)
    {
        if (error.IsFatal) Retire(producer);
    }

    // What a broker with a full disk answers can leave an idempotent producer waiting for numbers that never come.
    private static bool MayBeStuck(Error error) => error.Code is ErrorCode.Unknown or ErrorCode.KafkaStorageError or ErrorCode.OutOfOrderSequenceNumber
        or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch or ErrorCode.Local_MsgTimedOut;

    // Its other letters have their answers first, at the latest when their time is over: a producer that is disposed of gives none.
    private void Retire(IProducer<byte[]?, byte[]?> producer)
    {
        lock (_gate)
        {
            if (_closed || !ReferenceEquals(_producer, producer)) return;
            _producer = null;
        }

        _ = Task.Factory.StartNew(
            () =>
            {
                producer.Flush(TimeSpan.FromMilliseconds(TimeoutMs) + Farewell);
                producer.Dispose();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
