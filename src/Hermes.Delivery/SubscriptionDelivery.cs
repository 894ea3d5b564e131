using Hermes.Delivery.Memory;
using Hermes.Delivery.Ordering;
using Hermes.Delivery.Pace;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.Registry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery;

/// <summary>
/// Brings the messages of one subscription to its endpoint: a bounded window of unsettled messages, each filtered, paced, sent, judged,
/// and tried again until it is delivered or given up. Made by <see cref="DeliveryEngine"/>; owns no thread and no timer.
/// </summary>
/// <remarks>
/// One lock guards the books, never across I/O or a callback. A single pump at a time takes messages out of two queues (those whose next
/// attempt is due, and fresh ones while the window has a place) when filters, pace and pause allow, and starts their attempts. Whoever
/// ends an attempt closes it in the books and pumps the next. A few fresh messages are kept ready beyond the window, so that no place
/// waits for the intake's thread.
/// </remarks>
public sealed partial class SubscriptionDelivery : ISubscriptionDelivery, IAwaitsBytes
{
    private readonly DeliveryEngine _engine;
    private readonly ISettlements _settlements;
    private readonly Action _roomAgain;
    private readonly ILogger _logger;
    private readonly Courier _courier;
    private readonly Timetable _timetable;
    private readonly MessageEnds _ends;
    private readonly Lock _gate = new();
    private readonly Queue<Parcel> _fresh = new();
    private readonly Queue<Parcel> _again = new();
    private readonly RateLimit _rate;
    private readonly OutputPace _pace;
    private readonly Alarm _paceAlarm;
    private readonly Alarm _deadlineAlarm;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DeliveryPlan _plan;
    private Parcel? _oldest;
    private Parcel? _newest;
    private Lanes? _lanes; // made for the first message that has one
    private int _unsettled;
    private int _begun;
    private long _accepted;
    private long _attempts;
    private double? _maxRate;
    private long _pausedUntil;
    private int _releasing;
    private bool _releaseNews;
    private bool _pumping;
    private bool _roomWanted;
    private bool _closed;

    internal SubscriptionDelivery(DeliveryEngine engine, DeliveryPlan plan, ISettlements settlements, Action roomAgain, ILogger logger)
    {
        _engine = engine;
        _plan = plan;
        _settlements = settlements;
        _roomAgain = roomAgain;
        _logger = logger;
        _courier = new Courier(engine);
        _courier.Prepare(plan);
        _timetable = engine.Timetable;
        _ends = new MessageEnds(engine, settlements, logger);
        _rate = new RateLimit(engine.Clock.TimestampFrequency);
        _pace = new OutputPace(engine.Clock.TimestampFrequency);
        ApplyRate();
        _pausedUntil = long.MinValue;
        _paceAlarm = new Alarm(_timetable, Pace);
        _deadlineAlarm = new Alarm(_timetable, CutOffLateAttempts);
        _pump = new PumpWork(this);
        Log.Opened(_logger, plan.Name, plan.Endpoint.Shown, plan.Window, plan.Rate);
        if (plan.FellBackToHttp1) Log.NoHttp2(_logger, plan.Name, plan.Endpoint.Shown);
    }

    /// <inheritdoc/>
    public string Name => _plan.Name;

    /// <inheritdoc/>
    public int Unsettled => Volatile.Read(ref _unsettled);

    /// <inheritdoc/>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate) return _oldest is { } oldest ? _timetable.Between(oldest.AcceptedAt, _timetable.Now) : TimeSpan.Zero;
        }
    }

    /// <inheritdoc/>
    public int Resting
    {
        get
        {
            lock (_gate)
            {
                var count = 0;
                for (var parcel = _oldest; parcel is not null; parcel = parcel.Next)
                    if (parcel.State is ParcelState.Resting)
                        count++;
                return count;
            }
        }
    }

    /// <inheritdoc/>
    public long Attempts => Volatile.Read(ref _attempts);

    /// <inheritdoc/>
    public double? MaxRate
    {
        get
        {
            lock (_gate) return _maxRate;
        }

        set
        {
            if (value is { } rate && !(double.IsFinite(rate) && rate > 0))
                throw new ArgumentOutOfRangeException(nameof(value), rate, "A rate must be more than nothing.");
            lock (_gate)
            {
                _maxRate = value;
                ApplyRate();
            }

            Pace();
        }
    }

    internal DeliveryPlan Plan => _plan;

    /// <inheritdoc/>
    /// <remarks>For the window, or to be ready when it has a place.</remarks>
    public bool TryAccept(Message message) => Offer(message) is Acceptance.Taken;

    /// <inheritdoc/>
    public Acceptance Offer(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var plan = _plan;
        if (message.Fault is { } fault) return Discard(message, fault, plan);
        var size = message.Body.Length + MessageOverhead;
        var now = _timetable.Now;
        var notBefore = plan.SendingDelay > TimeSpan.Zero ? _timetable.After(now, DelayOf(message, plan)) : now;
        bool pump;
        Parcel? holdsUp;
        lock (_gate)
        {
            if (_closed) return Acceptance.Full;
            var key = plan.Order is DeliveryOrder.Unordered ? null : LaneKey.Of(message, plan.Order);
            var lane = key is null ? null : (_lanes ??= new()).Find(key.Value);
            if (!HasBytesFor(size) || (lane is null && Ready >= ReadyAhead(plan) + Math.Max(plan.Window - _begun, 0)))
            {
                (_roomWanted, _wantedBytes) = (true, size);
                return Acceptance.Full;
            }

            if (lane is not null && !HasRoomBehind(lane, size, plan))
            {
                lane.IsWanted = true;
                return Acceptance.LaneFull;
            }

            var parcel = new Parcel(this, message, size, now, _accepted++) { NotBefore = notBefore };
            Link(parcel);
            holdsUp = TakeHeadOfLine(plan);
            if (key is null || _lanes!.Enter(parcel, key.Value, lane)) Start(parcel, now);
            else parcel.State = ParcelState.Behind;
            pump = TakePump();
        }

        if (holdsUp is not null) Report(holdsUp);
        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
        return Acceptance.Taken;
    }

    /// <inheritdoc/>
    public void Abandon(string kafkaTopic, int partition, int epoch) => ForEachOf(kafkaTopic, partition, epoch, Drop);

    /// <inheritdoc/>
    public void Release(string kafkaTopic, int partition, int epoch) => ForEachOf(kafkaTopic, partition, epoch, parcel =>
    {
        if (parcel.State is not ParcelState.OnWire)
        {
            Drop(parcel);
        }
        else if (parcel is { Abandoned: false, Released: false })
        {
            parcel.Released = true;
            _releasing++;
        }
    });

    /// <inheritdoc/>
    public int Releasing => Volatile.Read(ref _releasing);

    private void ForEachOf(string kafkaTopic, int partition, int epoch, Action<Parcel> act)
    {
        bool room, pump;
        lock (_gate)
        {
            for (var (parcel, next) = (_oldest, _oldest?.Next); parcel is not null; (parcel, next) = (next, next?.Next))
            {
                var message = parcel.Message;
                if (message.Partition != partition || message.Epoch > epoch
                    || !string.Equals(message.KafkaTopic, kafkaTopic, StringComparison.Ordinal)) continue;
                act(parcel);
            }

            room = TakeRoomNotice();
            pump = TakePump();
        }

        _engine.Bytes.Notify();
        if (room) _roomAgain();
        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken letGo)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                for (var (parcel, next) = (_oldest, _oldest?.Next); parcel is not null; (parcel, next) = (next, next?.Next))
                    if (parcel.State is not ParcelState.OnWire)
                        Drop(parcel);
            }

            if (_unsettled == 0) _empty.TrySetResult();
        }

        await using var _ = letGo.UnsafeRegister(static state => ((SubscriptionDelivery)state!).LetGo(), this);
        await _empty.Task;
        _engine.Closed(this);
    }

    /// <summary>Lets go of everything at once, unsettled.</summary>
    public async ValueTask DisposeAsync() => await DrainAsync(new CancellationToken(canceled: true));

    /// <inheritdoc/>
    public void Update(RegisteredSubscription subscription, RegisteredTopic topic) => Update(_engine.Compile(subscription, topic));

    internal void Update(DeliveryPlan plan)
    {
        bool room;
        lock (_gate)
        {
            _plan = plan;
            ApplyRate();
            room = TakeRoomNotice();
        }

        Log.Updated(_logger, plan.Name, plan.Endpoint.Shown, plan.Window, plan.Rate);
        if (plan.FellBackToHttp1) Log.NoHttp2(_logger, plan.Name, plan.Endpoint.Shown);
        _courier.Prepare(plan);
        Pace();
        if (room) _roomAgain();
    }

    private void LetGo()
    {
        List<CancellationTokenSource> cut = [];
        lock (_gate)
        {
            for (var parcel = _oldest; parcel is not null; parcel = parcel.Next)
            {
                parcel.Abandoned = true;
                if (parcel.Abort is { } abort) cut.Add(abort);
            }
        }

        if (cut.Count > 0) Log.LetGo(_logger, Name, cut.Count);
        foreach (var abort in cut) abort.Cancel();
    }

    // Under the lock. On the wire a parcel keeps its place in the window until its attempt ends.
    private void Drop(Parcel parcel)
    {
        parcel.Abandoned = true;
        EndRelease(parcel);
        if (parcel.State is ParcelState.OnWire) return;
        parcel.State = ParcelState.Gone;
        Unlink(parcel);
    }

    private void EndRelease(Parcel parcel)
    {
        if (!parcel.Released) return;
        parcel.Released = false;
        if (--_releasing == 0) _releaseNews = true;
    }

    private void Link(Parcel parcel)
    {
        parcel.Previous = _newest;
        if (_newest is null) _oldest = parcel;
        else _newest.Next = parcel;
        _newest = parcel;
        _unsettled++;
        TakeBytes(parcel);
    }

    private void Unlink(Parcel parcel)
    {
        if (parcel.Previous is null) _oldest = parcel.Next;
        else parcel.Previous.Next = parcel.Next;
        if (parcel.Next is null) _newest = parcel.Previous;
        else parcel.Next.Previous = parcel.Previous;
        parcel.Previous = parcel.Next = null;
        _unsettled--;
        ReturnBytes(parcel);
        if (parcel.Begun) _begun--;
        EndRelease(parcel);
        if (parcel.Lane is not null && _lanes!.Leave(parcel, LaneShare(_plan)) is { } next) Start(next, _timetable.Now);
        if (_closed && _unsettled == 0) _empty.TrySetResult();
    }

    /// <summary>How many fresh messages are kept ready beyond the window: enough for the time in which the intake's thread wakes.</summary>
    private static int ReadyAhead(DeliveryPlan plan) => Math.Clamp(plan.Window, 8, 256);

    // A clock that was set back must not hold a message longer than the subscription asked for.
    private TimeSpan DelayOf(Message message, DeliveryPlan plan)
    {
        var delay = plan.SendingDelay - (_engine.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(message.PublishedMs));
        return delay <= TimeSpan.Zero ? TimeSpan.Zero : delay < plan.SendingDelay ? delay : plan.SendingDelay;
    }

    /// <summary>Under the lock: its turn in its lane has come, if it has one; it waits for its delay, or for the pump.</summary>
    private void Start(Parcel parcel, long now)
    {
        if (parcel.NotBefore > now)
        {
            parcel.State = ParcelState.Resting;
            _timetable.Add(parcel, parcel.NotBefore);
        }
        else
        {
            parcel.State = ParcelState.Waiting;
            _fresh.Enqueue(parcel);
        }
    }

    /// <summary>Under the lock: whether the intake, which was refused, has to be told now that there is room.</summary>
    /// <remarks>Not at the first free place, or intake and delivery would wake each other for every single message.</remarks>
    private bool TakeRoomNotice()
    {
        if (_releaseNews)
        {
            _releaseNews = false;
            return true;
        }

        if (_lanes is { HasNews: true })
        {
            _lanes.HasNews = false;
            return true;
        }

        if (!_roomWanted || _closed || Ready > ReadyAhead(_plan) / 2 || !HasBytesFor(_wantedBytes)) return false;
        _roomWanted = false;
        return true;
    }
}
