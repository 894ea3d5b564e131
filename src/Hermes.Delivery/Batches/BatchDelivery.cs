using Hermes.Delivery.Memory;
using Hermes.Delivery.Pace;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.Registry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Batches;

/// <summary>
/// Brings the messages of one subscription to its endpoint in batches, one request after the other. While a batch is under way the next
/// one is put together, and a few messages more are kept ready behind it. Owns no thread and no timer.
/// </summary>
/// <remarks>
/// One lock guards the books, never across I/O or a callback. A single pump at a time takes accepted messages through the filters into
/// the open batch, and starts the attempt of a batch that is due. A batch holds its messages, not its body: that is written for each
/// attempt and given back after it, so a subscription holds the bytes of two batches and some ready messages, and one body at most.
/// </remarks>
internal sealed partial class BatchDelivery : ISubscriptionDelivery, IAwaitsBytes
{
    private readonly DeliveryEngine _engine;
    private readonly Action _roomAgain;
    private readonly ILogger _logger;
    private readonly Timetable _timetable;
    private readonly MessageEnds _ends;
    private readonly Lock _gate = new();
    private readonly Queue<BatchParcel> _ready = new();
    private readonly Stack<Batch> _parts = new(); // of a split batch, the next one on top; they go before the open one
    private readonly RateLimit _rate;
    private readonly Alarm _alarm;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DeliveryPlan _plan;
    private Batch? _current; // on the wire, or before its next attempt
    private Batch? _open; // being put together
    private long _readyBytes;
    private int _readyCount;
    private int _releasing;
    private bool _releaseNews;
    private int _unsettled;
    private long _attempts;
    private bool _pumping;
    private bool _roomWanted;
    private bool _closed;

    public BatchDelivery(DeliveryEngine engine, DeliveryPlan plan, ISettlements settlements, Action roomAgain, ILogger logger)
    {
        _engine = engine;
        _plan = plan;
        _roomAgain = roomAgain;
        _logger = logger;
        _timetable = engine.Timetable;
        _ends = new MessageEnds(engine, settlements, logger);
        _rate = new RateLimit(engine.Clock.TimestampFrequency);
        _rate.Set(plan.Rate, _timetable.Now);
        _alarm = new Alarm(_timetable, Look);
        _pump = new PumpWork(this);
        LogOpened(plan);
    }

    /// <inheritdoc/>
    public string Name => _plan.Name;

    /// <inheritdoc/>
    public int Unsettled => Volatile.Read(ref _unsettled);

    /// <inheritdoc/>
    public int Resting
    {
        get
        {
            lock (_gate) return _current is { OnWire: false } batch ? batch.Parcels.Count : 0;
        }
    }

    /// <inheritdoc/>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate)
            {
                var oldest = long.MaxValue;
                foreach (var batch in Batches()) oldest = Math.Min(oldest, batch.Parcels[0].AcceptedAt);
                foreach (var parcel in _ready) oldest = Math.Min(oldest, parcel.Abandoned ? long.MaxValue : parcel.AcceptedAt);
                return oldest == long.MaxValue ? TimeSpan.Zero : _timetable.Between(oldest, _timetable.Now);
            }
        }
    }

    /// <inheritdoc/>
    public long Attempts => Volatile.Read(ref _attempts);

    /// <inheritdoc/>
    public double? MaxRate { get; set; }

    /// <summary>Messages accepted and in no batch yet, for tests.</summary>
    internal int Ready => Volatile.Read(ref _readyCount);

    /// <inheritdoc/>
    public bool TryAccept(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Fault is { } fault) return Discard(message, fault);
        bool pump;
        lock (_gate)
        {
            if (_closed) return false;
            var parcel = new BatchParcel(message, _timetable.Now);
            if (!HasRoomFor(parcel.Size))
            {
                (_roomWanted, _wantedBytes) = (true, parcel.Size);
                return false;
            }

            _ready.Enqueue(parcel);
            _readyCount++;
            _readyBytes += message.Body.Length;
            Came(parcel);
            pump = TakePump();
        }

        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
        return true;
    }

    /// <inheritdoc/>
    public void Abandon(string kafkaTopic, int partition, int epoch) => Leave(kafkaTopic, partition, epoch, finishesWire: false);

    /// <inheritdoc/>
    public void Release(string kafkaTopic, int partition, int epoch) => Leave(kafkaTopic, partition, epoch, finishesWire: true);

    /// <inheritdoc/>
    public int Releasing => Volatile.Read(ref _releasing);

    private void Leave(string kafkaTopic, int partition, int epoch, bool finishesWire)
    {
        bool room, pump;
        lock (_gate)
        {
            foreach (var parcel in _ready)
                if (Concerns(parcel))
                    DropReady(parcel);
            foreach (var batch in Batches())
                foreach (var parcel in batch.Parcels)
                    if (Concerns(parcel))
                        Leave(parcel, finishes: finishesWire && batch.OnWire);
            CompactAll();
            room = TakeRoomNotice() | TakeReleaseNews();
            pump = TakePump();
        }

        _engine.Bytes.Notify();
        if (room) _roomAgain();
        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);

        bool Concerns(BatchParcel parcel) => !parcel.Abandoned && parcel.Message.Partition == partition && parcel.Message.Epoch <= epoch
            && string.Equals(parcel.Message.KafkaTopic, kafkaTopic, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken letGo)
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var parcel in _ready)
                if (!parcel.Abandoned)
                    DropReady(parcel);
            foreach (var batch in Batches())
                if (!batch.OnWire)
                    DropAll(batch);
            CompactAll();
            if (_unsettled == 0) _empty.TrySetResult();
        }

        await using var _ = letGo.UnsafeRegister(static state => ((BatchDelivery)state!).LetGo(), this);
        await _empty.Task;
        _engine.Closed(this);
    }

    /// <summary>Lets go of everything at once, unsettled.</summary>
    public async ValueTask DisposeAsync() => await DrainAsync(new CancellationToken(canceled: true));

    /// <inheritdoc/>
    public void Update(RegisteredSubscription subscription, RegisteredTopic topic) => Update(_engine.Compile(subscription, topic));

    internal void Update(DeliveryPlan plan)
    {
        if (plan.Batch is null) throw new NotSupportedException($"{plan.Name} is no batch subscription any more.");
        bool room;
        lock (_gate)
        {
            _plan = plan;
            _rate.Set(plan.Rate, _timetable.Now);
            room = TakeRoomNotice();
        }

        LogUpdated(plan);
        if (room) _roomAgain();
    }

    private void LetGo()
    {
        CancellationTokenSource cut;
        int count;
        lock (_gate)
        {
            // An attempt that has come to its end is past letting go: its messages are being settled.
            if (_current is not { Abort: { } abort } batch) return;
            cut = abort;
            count = batch.Parcels.Count;
            DropAll(batch);
        }

        Log.LetGo(_logger, Name, count);
        cut.Cancel();
    }

    // Under the lock.
    private IEnumerable<Batch> Batches()
    {
        if (_current is not null) yield return _current;
        foreach (var part in _parts) yield return part;
        if (_open is not null) yield return _open;
    }

    // Under the lock: the pump passes over it.
    private void DropReady(BatchParcel parcel)
    {
        parcel.Abandoned = true;
        LeaveReady(parcel);
        Gone(parcel);
    }

    private void LeaveReady(BatchParcel parcel)
    {
        _readyCount--;
        _readyBytes -= parcel.Message.Body.Length;
    }

    // Under the lock.
    private void Leave(BatchParcel parcel, bool finishes)
    {
        if (parcel.Released == finishes)
        {
            parcel.Abandoned |= !finishes;
            return;
        }

        parcel.Released = finishes;
        parcel.Abandoned = !finishes;
        _releasing += finishes ? 1 : -1;
        _releaseNews |= _releasing == 0;
    }

    // Under the lock: an attempt has ended, and what was released with it is left to the next owner where it failed.
    private void EndRelease(Batch batch)
    {
        if (_releasing == 0) return;
        foreach (var parcel in batch.Parcels) parcel.Abandoned |= parcel.Released;
        _releasing = 0;
        _releaseNews = true;
    }

    private bool TakeReleaseNews()
    {
        var news = _releaseNews;
        _releaseNews = false;
        return news;
    }

    // Under the lock: takes what is abandoned out of the batches that are not on the wire, and lets go of those that are empty now.
    private void CompactAll()
    {
        if (_current is { OnWire: false } current && !Compact(current)) _current = null;
        if (_open is { } open && !Compact(open)) _open = null;
        if (_parts.Count == 0) return;
        var left = _parts.Where(Compact).Reverse().ToList();
        _parts.Clear();
        foreach (var part in left) _parts.Push(part);
    }

    private bool Compact(Batch batch)
    {
        foreach (var parcel in batch.Parcels)
            if (parcel.Abandoned)
                Gone(parcel);
        return batch.Compact();
    }
}
