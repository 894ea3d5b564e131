using Confluent.Kafka;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.DeadLetters;

/// <summary>
/// Stands around the delivery of one subscription: what that discards is settled only after its letter was written to the subscription's
/// dead-letter topic. Without such a topic it passes everything through.
/// </summary>
/// <remarks>
/// A letter that cannot be written is held and tried again for as long as it takes. Once a window of letters is held no more messages are
/// accepted, so memory stays bounded. A crash between a letter's writing and the commit of its offset has it written twice; none is lost.
/// </remarks>
internal sealed partial class DeadLetterDelivery : ISubscriptionDelivery, ISettlements
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private readonly DeliveryEngine _engine;
    private readonly ILetterBox _box;
    private readonly ISettlements _settlements;
    private readonly Action _roomAgain;
    private readonly ILogger _logger;
    private readonly Timetable _timetable;
    private readonly Lock _gate = new();
    private readonly HashSet<HeldLetter> _held = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ISubscriptionDelivery _inner;
    private volatile string? _topic;
    private int _count;
    private int _most;
    private bool _failing;
    private bool _roomWanted;
    private bool _closed;

    public DeadLetterDelivery(DeliveryEngine engine, ILetterBox box, DeliveryPlan plan, ISettlements settlements, Action roomAgain, ILogger logger)
    {
        _engine = engine;
        _box = box;
        _settlements = settlements;
        _roomAgain = roomAgain;
        _logger = logger;
        _timetable = engine.Timetable;
        Follow(plan);
        _inner = engine.Open(plan, this, roomAgain);
    }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <summary>Discarded messages whose letters are not written yet.</summary>
    public int Held => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public int Unsettled => _inner.Unsettled + Held;

    /// <inheritdoc/>
    public int Resting
    {
        get
        {
            lock (_gate) return _inner.Resting + _held.Count(static letter => !letter.OnWay);
        }
    }

    /// <inheritdoc/>
    public TimeSpan OldestAge
    {
        get
        {
            var age = _inner.OldestAge;
            lock (_gate)
                foreach (var letter in _held)
                    if (_timetable.Between(letter.Since, _timetable.Now) is var since && since > age)
                        age = since;
            return age;
        }
    }

    /// <inheritdoc/>
    public long Attempts => _inner.Attempts;

    /// <inheritdoc/>
    public double? MaxRate
    {
        get => _inner.MaxRate;
        set => _inner.MaxRate = value;
    }

    /// <inheritdoc/>
    public bool TryAccept(Message message) => Offer(message) is Acceptance.Taken;

    /// <inheritdoc/>
    public Acceptance Offer(Message message)
    {
        if (Volatile.Read(ref _count) >= Volatile.Read(ref _most))
        {
            lock (_gate)
            {
                if (_count >= _most)
                {
                    _roomWanted = true;
                    return Acceptance.Full;
                }
            }
        }

        return _inner.Offer(message);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken letGo)
    {
        await _inner.DrainAsync(letGo);
        lock (_gate)
        {
            _closed = true;
            Drop(static letter => !letter.OnWay); // what rests is discarded anew, and written, by the next owner
            if (_count == 0) _empty.TrySetResult();
        }

        await using var _ = letGo.UnsafeRegister(static state => ((DeadLetterDelivery)state!).LetGo(), this);
        await _empty.Task;
        _engine.Closed(this);
    }

    /// <summary>Lets go of everything at once, unsettled.</summary>
    public async ValueTask DisposeAsync() => await DrainAsync(new CancellationToken(canceled: true));

    /// <inheritdoc/>
    public void Update(RegisteredSubscription subscription, RegisteredTopic topic)
    {
        _inner.Update(subscription, topic);
        Follow(_engine.Compile(subscription, topic));
        if (_topic is null) SettleHeld();
    }

    /// <inheritdoc/>
    public void Settled(Message message, Settlement settlement)
    {
        if (settlement.Kind is not SettlementKind.Discarded || _topic is not { } topic)
        {
            _settlements.Settled(message, settlement);
            return;
        }

        var letter = new HeldLetter(this, message, settlement, Record(message, settlement), _timetable.Now);
        lock (_gate)
        {
            _held.Add(letter);
            _count++;
            _engine.Bytes.Take(letter.Size);
        }

        _box.Post(topic, letter.Record, fault => Posted(letter, topic, fault));
    }

    /// <inheritdoc/>
    public void Reached(Message message, ulong target) => _settlements.Reached(message, target);

    /// <summary>A held letter's rest is over.</summary>
    internal void PostAgain(HeldLetter letter)
    {
        lock (_gate)
        {
            if (letter.Abandoned || letter.OnWay || !_held.Contains(letter)) return;
            letter.OnWay = true;
        }

        if (_topic is { } topic) _box.Post(topic, letter.Record, fault => Posted(letter, topic, fault));
        else Posted(letter, topic: "", fault: null); // it has none any more
    }

    private void Posted(HeldLetter letter, string topic, string? fault)
    {
        if (fault is null)
        {
            Recovered(topic);
            if (!letter.Abandoned) MessageEnds.Settle(_settlements, Name, letter.Message, letter.Settlement, _logger);
        }
        else
        {
            BeganToFail(topic, fault);
        }

        if (topic.Length > 0) _engine.Metrics.Lettered(Name, fault is null);
        bool room;
        lock (_gate)
        {
            letter.OnWay = false;
            var isReleased = IsReleased(letter.Message);
            if (fault is null || letter.Abandoned || _closed || isReleased) Remove(letter);
            else _timetable.Add(letter, _timetable.After(_timetable.Now, Pause(letter.Failures++)));
            room = TakeRoomNotice() || isReleased;
        }

        _engine.Bytes.Notify();

        if (room) _roomAgain();
    }

    private Message<byte[]?, byte[]?> Record(Message message, Settlement settlement)
    {
        var before = LetterAccount.Read(message.Record?.Headers);
        if (before?.Subscription != Name) before = null;
        var now = _engine.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        // Of a letter that was delivered again in vain, what counts is still where its message first was.
        var account = new LetterAccount(
            Name, before?.Topic ?? message.KafkaTopic, before?.Partition ?? message.Partition, before?.Offset ?? message.Offset, message.PublishedMs,
            settlement.Reason ?? "", settlement.Attempts, settlement.Status, now, WorkerHost.Worker, (before?.Times ?? 0) + 1);
        return new()
        {
            Key = message.Key,
            Value = message.Record is { } record ? record.Value : message.Body.ToArray(),
            Headers = account.Over(message.Record?.Headers),
            Timestamp = new(now, TimestampType.CreateTime),
        };
    }

    // The subscription has no dead-letter topic any more: what was held for it is discarded as it would be without one.
    private void SettleHeld()
    {
        List<HeldLetter> resting;
        lock (_gate) resting = [.. _held.Where(static letter => !letter.OnWay)];
        foreach (var letter in resting) PostAgain(letter);
    }

    private void Follow(DeliveryPlan plan)
    {
        _topic = plan.DeadLetter is { } asked ? _box.TopicOf(SubscriptionName.Parse(plan.Name), asked) : null;
        Volatile.Write(ref _most, plan.Window);
    }

    private void LetGo()
    {
        lock (_gate) Drop(static _ => true);
    }

    // Under the lock. The box may still answer for it; then it is out of the books.
    private void Drop(Predicate<HeldLetter> which)
    {
        foreach (var letter in _held.Where(letter => which(letter)).ToList())
        {
            letter.Abandoned = true;
            Remove(letter);
        }
    }

    private void Remove(HeldLetter letter)
    {
        if (!_held.Remove(letter)) return;
        _count--;
        _engine.Bytes.Return(letter.Size);
        if (_closed && _count == 0) _empty.TrySetResult();
    }

    private bool TakeRoomNotice()
    {
        if (!_roomWanted || _closed || _count > _most / 2) return false;
        _roomWanted = false;
        return true;
    }

    private static TimeSpan Pause(int failures) => failures >= 5 ? LongestPause : FirstPause * (1 << failures);

    private void BeganToFail(string topic, string fault)
    {
        lock (_gate)
        {
            if (_failing) return;
            _failing = true;
        }

        Log.LettersFail(_logger, Name, topic, fault, _most);
    }

    private void Recovered(string topic)
    {
        lock (_gate)
        {
            if (!_failing) return;
            _failing = false;
        }

        Log.LettersRecovered(_logger, Name, topic);
    }
}
