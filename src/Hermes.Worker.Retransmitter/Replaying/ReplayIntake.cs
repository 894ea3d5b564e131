using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Jobs;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Replaying;

/// <summary>Reads the ranges of a replay into its delivery, and keeps what is settled. It is a member of no group and commits
/// nothing. All but <see cref="Settled"/> and <see cref="Progress"/> runs on one intake thread.</summary>
internal sealed partial class ReplayIntake : RecordIntake, ISettlements, IDisposable
{
    private const int Burst = 128;
    private readonly ReplayProgress _before;
    private readonly ReplayPart[] _parts;
    private readonly string? _lettersOf;
    private readonly ConsumerConfig _client;
    private readonly RetransmitterMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ContentIntake _contents;
    private readonly Queue<Message> _held = new();
    private readonly Action<Error> _report;
    private ISubscriptionDelivery _delivery = null!;
    private IConsumer<byte[], byte[]> _consumer = null!;
    private QueueBell? _bell;
    private long _delivered;
    private long _filtered;
    private long _discarded;
    private bool _isStopping;

    /// <param name="job">The job.</param>
    /// <param name="before">Where it goes on.</param>
    /// <param name="lettersOf">Of a replay of dead letters: the subscription that they must be of, since subscriptions may share such a
    /// topic; null: the records are no letters.</param>
    /// <param name="client">The consumer's settings.</param>
    /// <param name="contents">What reads the records.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="logger">What is said.</param>
    public ReplayIntake(
        string job, ReplayProgress before, string? lettersOf, ConsumerConfig client, ContentIntake contents, RetransmitterMetrics metrics, ILogger logger)
    {
        (Name, _before, _lettersOf, _client, _contents, _metrics, _logger) = (job, before, lettersOf, client, contents, metrics, logger);
        _report = error => Log.KafkaError(_logger, Name, error.Reason);
        _parts = [.. before.Ranges.Select(r => new ReplayPart(r) { IsRead = r.Next >= r.End })];
    }

    /// <summary>The job.</summary>
    public override string Name { get; }

    /// <summary>How far it has come, counted from the job's beginning. From any thread.</summary>
    public ReplayProgress Progress => new()
    {
        Ranges = [.. _parts.Select(p => p.ToRange())],
        Delivered = _before.Delivered + Interlocked.Read(ref _delivered),
        Filtered = _before.Filtered + Interlocked.Read(ref _filtered),
        Discarded = _before.Discarded + Interlocked.Read(ref _discarded),
    };

    /// <summary>Nothing is read before the intake gets its turns.</summary>
    public void Open(ISubscriptionDelivery delivery, Action ring)
    {
        _delivery = delivery;
        _consumer = new ConsumerBuilder<byte[], byte[]>(_client)
            .SetErrorHandler((_, error) => _report(error))
            .SetLogHandler((_, _) => { }) // what matters comes as an error
            .Build();
        _bell = new(_consumer, ring);
        _consumer.Assign(_parts.Where(p => !p.IsRead).Select(p =>
            new TopicPartitionOffset(p.Ledger.Topic, p.Ledger.Partition, p.Ledger.Mark().Offset)));
    }

    public override bool Step()
    {
        if (_isStopping)
            return false;
        while (_held.TryPeek(out var message))
        {
            if (!_delivery.TryAccept(message))
                return false;
            _held.Dequeue();
        }
        for (var i = 0; i < Burst; i++)
        {
            if (Poll() is not { } record)
                return false;
            Take(record);
            if (_held.Count > 0)
                return false;
        }
        return true;
    }

    public override void Tick()
    {
        if (_isStopping)
            return;
        var free = _contents.ReadAgain(Deliver).Where(p => Find(p.Topic, p.Partition.Value) is { IsRead: false }).ToList();
        if (free.Count > 0)
            _consumer.Resume(free);
    }

    /// <summary>Takes no more: what is on the wire may still be settled.</summary>
    public void StopTaking() => _isStopping = true;

    /// <inheritdoc/>
    public void Settled(Message message, Settlement settlement)
    {
        if (Find(message.KafkaTopic, message.Partition) is not { } part)
            return;
        part.Ledger.Settle(message.Offset);
        _metrics.Replayed(settlement.Kind);
        switch (settlement.Kind)
        {
            case SettlementKind.Delivered:
                Interlocked.Increment(ref _delivered);
                break;
            case SettlementKind.Filtered:
                Interlocked.Increment(ref _filtered);
                break;
            default:
                Interlocked.Increment(ref _discarded);
                break;
        }
    }

    /// <summary>Lets go of the connections. Off the intake thread, once it has let go of this intake.</summary>
    public void Dispose()
    {
        _bell?.Dispose();
        _consumer.Dispose();
    }

    private ConsumeResult<byte[], byte[]>? Poll() => _consumer.PollReady(_report);

    private void Take(ConsumeResult<byte[], byte[]> record)
    {
        if (Find(record.Topic, record.Partition.Value) is not { IsRead: false } part)
            return;
        if (record.Offset.Value >= part.End) // the next record, or the partition's end
        {
            part.IsRead = true;
            _consumer.Pause([record.TopicPartition]);
            return;
        }
        if (record.IsPartitionEOF || !part.Ledger.Take(record.Offset.Value))
            return;
        if (_lettersOf is not null && LetterAccount.Read(record.Message.Headers)?.Subscription != _lettersOf)
        {
            _metrics.Replayed(SettlementKind.Filtered);
            Interlocked.Increment(ref _filtered);
            part.Ledger.Settle(record.Offset.Value);
            return;
        }
        Deliver(_contents.Read(record, part.Ledger, _consumer));
    }

    private void Deliver(ReadRecord read)
    {
        if (read.Message is { } message && (_held.Count > 0 || !_delivery.TryAccept(message)))
            _held.Enqueue(message);
    }

    private ReplayPart? Find(string topic, int partition)
    {
        foreach (var part in _parts)
        {
            if (part.Ledger.Partition == partition && part.Ledger.Topic == topic)
                return part;
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.KafkaError, LogLevel.Warning, "Job {Job}: Kafka reports: {Reason}")]
        public static partial void KafkaError(ILogger logger, string job, string reason);
    }
}
