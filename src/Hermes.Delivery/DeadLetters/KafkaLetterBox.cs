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
internal sealed class KafkaLetterBox(KafkaClients clients, KafkaNames names, DeliveryOptions options, TimeProvider clock) : ILetterBox, IDisposable
{
    // A letter is a message as large as Hermes takes any, and headers.
    private const int LargestLetter = 16 * 1024 * 1024;
    private const int LettersAtOnce = 10_000;
    private const int KilobytesAtOnce = 64 * 1024;
    private static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, Task> _topics = new(StringComparer.Ordinal);
    private LetterProducer? _producer;
    private KafkaAdministration? _administration;
    private bool _closed;

    /// <summary>How long a letter may go without an answer from the client, which has told of all it gave up by then. 40 s.</summary>
    public TimeSpan AnswerLimit { get; init; } = MessageTimeout + TimeSpan.FromSeconds(10);

    public string TopicOf(SubscriptionName subscription, DeadLetterExtensions asked) => DeadLetterTopics.Of(subscription, asked, names);

    public void Post(string topic, Message<byte[]?, byte[]?> letter, Action<string?> done)
    {
        var topicIsThere = _topics.GetOrAdd(topic, EnsureInTimeAsync);
        if (topicIsThere.IsCompletedSuccessfully) Produce(topic, letter, done);
        else _ = PostLaterAsync(topicIsThere, topic, letter, done);
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
        _producer?.Close();
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

    private Task EnsureInTimeAsync(string topic) => EnsureAsync(topic).WaitAsync(AnswerLimit, clock);

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
        LetterProducer producer;
        try
        {
            producer = Producer();
        }
        catch (Exception e) when (e is KafkaException or ObjectDisposedException or InvalidOperationException)
        {
            done(e.Message);
            return;
        }

        producer.Produce(topic, letter, error =>
        {
            if (MayBeStuck(error)) Replace(producer);
            if (error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic) _topics.TryRemove(topic, out _);
            done(error.IsError ? $"{error.Reason} ({error.Code})" : null);
        });
    }

    private LetterProducer Producer()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return _producer ??= new(Config(), AnswerLimit, Replace, clock);
        }
    }

    private ProducerConfig Config()
    {
        var client = clients.Producer();
        client.MessageTimeoutMs = (int)MessageTimeout.TotalMilliseconds; // then it is told, held, and tried again
        client.MessageMaxBytes = LargestLetter;
        client.QueueBufferingMaxMessages = LettersAtOnce;
        client.QueueBufferingMaxKbytes = KilobytesAtOnce;
        client.AllowAutoCreateTopics = false;
        return client;
    }

    // What a broker with a full disk answers can leave an idempotent producer waiting for numbers that never come.
    private static bool MayBeStuck(Error error) => error.IsFatal || error.Code is ErrorCode.Unknown or ErrorCode.KafkaStorageError
        or ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId or ErrorCode.InvalidProducerEpoch or ErrorCode.Local_MsgTimedOut;

    // The next letter gets a new one. What the old one has under way is answered, and tried again if it failed.
    private void Replace(LetterProducer producer)
    {
        lock (_gate)
        {
            if (_closed || !ReferenceEquals(_producer, producer)) return;
            _producer = null;
        }

        _ = producer.RetireAsync();
    }
}
