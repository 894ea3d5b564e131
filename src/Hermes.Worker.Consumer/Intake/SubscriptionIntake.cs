using Confluent.Kafka;
using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Intake.Native;
using Hermes.Worker.Consumer.Offsets;
using Hermes.Worker.Consumer.Telemetry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>Reads one subscription's records from Kafka into its delivery, and commits what is settled. All but
/// <see cref="Settled"/> runs on one intake thread, which serves many subscriptions and so never waits here for an endpoint.</summary>
/// <remarks>When the window is full, the record at hand is held and the consumer is not polled. If that lasts, its partitions
/// are paused and it is polled for rebalances and answers alone, so that the group never counts this worker as dead.</remarks>
internal sealed partial class SubscriptionIntake : RecordIntake, ISettlements, IDisposable
{
    private const int Burst = 128;
    private static readonly TimeSpan PatienceWithFullWindow = TimeSpan.FromSeconds(1);

    // Nothing rings where nothing comes, and a client that is not polled for five minutes leaves its group.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);
    private static int _lastEpoch;
    private readonly IntakeSpec _spec;
    private readonly ConsumerOptions _options;
    private readonly ReadAheadBudget _readAhead;
    private readonly BrokerWaits _starting;
    private readonly ConsumerMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Outage _commits;
    private readonly TimeProvider _clock;
    private readonly ContentIntake _contents;
    private readonly Action<Error> _report;
    private readonly Queue<Message> _held = new();
    private volatile PartitionLedger[] _ledgers = [];
    private ISubscriptionDelivery _delivery = null!;
    private IConsumer<byte[], byte[]> _consumer = null!;
    private Action _ring = null!;
    private QueueBell? _bell;
    private RebalanceWatch? _rebalances;
    private int _readAheadShare;
    private long _blockedSince;
    private long _lastCommit;
    private long _lastPoll;
    private bool _isPaused;
    private bool _isStopping;

    public SubscriptionIntake(
        IntakeSpec spec, ContentIntake contents, ConsumerOptions options, ReadAheadBudget readAhead, BrokerWaits starting, ConsumerMetrics metrics,
        ILogger logger, TimeProvider clock)
    {
        (_spec, _contents, _metrics, _logger, _clock) = (spec, contents, metrics, logger, clock);
        (_options, _readAhead, _starting) = (options, readAhead, starting);
        _commits = new($"The commits of {Name}", logger, clock);
        _report = error => Log.KafkaError(_logger, Name, error.Reason);
    }

    public override string Name => _spec.Name;

    /// <summary>Joins the group. Nothing is read before the intake gets its turns.</summary>
    public void Open(ISubscriptionDelivery delivery, Action ring)
    {
        (_delivery, _ring) = (delivery, ring);
        _lastCommit = _lastPoll = _clock.GetTimestamp();
        _readAheadShare = _readAhead.Take(_options.ReadAheadKilobytes);
        try
        {
            _spec.Client.ReadAhead(_options.ReadAheadRecords, _readAheadShare);
            _consumer = new ConsumerBuilder<byte[], byte[]>(_spec.Client)
                .SetOffsetsCommittedHandler((_, answer) => Committed(answer))
                .SetErrorHandler((_, error) => _report(error))
                .SetLogHandler((_, _) => { }) // what matters comes as an error
                .Build();
        }
        catch
        {
            _readAhead.Return(_readAheadShare);
            throw;
        }
        _rebalances = new(_consumer, OnAssigned, OnRevoked);
        _bell = new(_consumer, ring);
        _consumer.Subscribe(_spec.Topics.Select(t => t.Name));
    }

    /// <summary>Reads what lies ready, up to a burst, until the window is full.</summary>
    /// <returns>Whether there may be more at once.</returns>
    public override bool Step()
    {
        if (_handOver is not null)
        {
            ServeHandOver();
            return false;
        }
        GoOnStarting();
        ThrowRebalanceFault();
        if (_isStopping || !DeliverHeld())
            return false;
        for (var i = 0; i < Burst; i++)
        {
            if (Poll() is not { } record)
                return _handOver is not null;
            Take(record);
            if (_held.Count > 0)
                return false;
        }
        return true;
    }

    /// <summary>What is due by time: a commit, and, while nothing is read, a look at the group.</summary>
    public override void Tick()
    {
        if (_handOver is null && !_isStopping)
            ReadAgain();
        if (_handOver is not null)
            ServeHandOver();
        else if (_isStopping || (_held.Count > 0 && _clock.GetElapsedTime(_blockedSince) > PatienceWithFullWindow))
            PollWithoutReading();
        else if (_clock.GetElapsedTime(_lastPoll) > LongestSilence)
            Step();
        MeasureLag();
        if (_clock.GetElapsedTime(_lastCommit) < _options.CommitInterval)
            return;
        _lastCommit = _clock.GetTimestamp();
        CommitLater();
    }

    /// <summary>Takes no more: what is on the wire may still be settled and committed.</summary>
    public void StopTaking() => _isStopping = true;

    /// <summary>Commits what is settled and leaves the group. Off the intake thread, once it has let go of this intake: it
    /// waits for the broker.</summary>
    public void Dispose()
    {
        try
        {
            _bell?.Dispose();
            _isClosing = true;
            EndStarting();
            if (_handOver is { } handOver)
                GiveBackAtOnce(handOver.Partitions);
            _consumer.Close(); // revokes the partitions, which commits
        }
        catch (KafkaException e)
        {
            Log.KafkaError(_logger, Name, e.Error.Reason);
        }
        finally
        {
            _consumer.Dispose();
            _rebalances?.Dispose();
            _readAhead.Return(_readAheadShare);
        }
    }

    /// <inheritdoc/>
    public void Settled(Message message, Settlement settlement)
    {
        if (Find(message.KafkaTopic, message.Partition) is { } ledger && ledger.Epoch == message.Epoch)
            ledger.Settle(message.Offset);
    }

    /// <inheritdoc/>
    public void Reached(Message message, ulong target)
    {
        if (Find(message.KafkaTopic, message.Partition) is { } ledger && ledger.Epoch == message.Epoch)
            ledger.Reached(message.Offset, target);
    }

    private bool DeliverHeld()
    {
        while (_held.TryPeek(out var message))
        {
            if (!Offer(message))
                return false;
            _held.Dequeue();
        }
        OfferParked();
        if (_isPaused)
        {
            _isPaused = false;
            Resume(_consumer.Assignment);
        }
        return true;
    }

    private void PollWithoutReading()
    {
        if (!_isPaused)
        {
            _isPaused = true;
            if (!_isStopping)
                Log.Blocked(_logger, Name, PatienceWithFullWindow);
        }
        // Each time: a rebalance may have brought partitions that are not paused.
        _consumer.Pause(_consumer.Assignment);
        while (Poll() is { } record)
        {
            if (!_isStopping) // one that was under way; when stopping it is left to the next owner
                Take(record);
        }
    }

    private ConsumeResult<byte[], byte[]>? Poll()
    {
        _lastPoll = _clock.GetTimestamp();
        var record = _consumer.PollReady(_report);
        ThrowRebalanceFault();
        return _handOver is null ? record : null; // what belongs to nobody for the moment is left to the next owner
    }

    private void Take(ConsumeResult<byte[], byte[]> record)
    {
        if (Find(record.Topic, record.Partition.Value) is not { } ledger || !ledger.Take(record.Offset.Value))
            return;
        Deliver(_contents.Read(record, ledger, _consumer));
    }

    private PartitionLedger? Find(string topic, int partition)
    {
        foreach (var ledger in _ledgers)
        {
            if (ledger.Partition == partition && ledger.Topic == topic)
                return ledger;
        }
        return null;
    }
}
