namespace Hermes.Delivery.Batches;

/// <content>The pump: from the accepted messages into batches, and from there to the wire.</content>
internal sealed partial class BatchDelivery
{
    // Then it goes to the end of the pool's queue, so that a busy subscription does not keep a thread from the others.
    private const int StepsAtOnce = 128;
    private readonly PumpWork _pump;

    private enum Step
    {
        Assemble,
        Send,
        Expired,
        Stop,
    }

    // Under the lock: whether the caller has to run the pump. It finds out by itself whether there is anything to do.
    private bool TakePump()
    {
        if (_pumping) return false;
        _pumping = true;
        return true;
    }

    private void Pump()
    {
        for (var i = 0; i < StepsAtOnce; i++)
        {
            var plan = _plan;
            switch (NextStep(plan, out var parcel, out var batch))
            {
                case Step.Stop:
                    return;
                case Step.Assemble:
                    Assemble(parcel!, plan);
                    break;
                case Step.Expired:
                    SettleAll(batch!, Settlement.Discarded($"its time to live ended before attempt {batch!.Attempts + 1} could begin", batch.Attempts), plan);
                    break;
                default:
                    _ = AttemptAsync(batch!, plan); // never throws; it closes the batch in the books itself
                    break;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    private Step NextStep(DeliveryPlan plan, out BatchParcel? parcel, out Batch? batch)
    {
        (parcel, batch) = (null, null);
        lock (_gate)
        {
            if (!_closed)
            {
                var now = _timetable.Now;
                _current ??= TakeDue(now);
                if (_current is { OnWire: false } current && current.Due <= now && Begin(current, plan, now) is { } step)
                {
                    batch = current;
                    return step;
                }

                if (_open is not { IsClosed: true } && TryPeekReady(out parcel)) return Step.Assemble;
            }

            _pumping = false;
            return Step.Stop;
        }
    }

    // Under the lock. What is left of a split batch goes first; an open batch goes when it is full, or its first message is old enough.
    private Batch? TakeDue(long now)
    {
        if (_parts.TryPop(out var part)) return part;
        if (_open is not { } open || (!open.IsClosed && open.Due > now)) return null;
        _open = null;
        open.Due = now;
        return open;
    }

    // Under the lock. Null: the rate does not allow it yet.
    private Step? Begin(Batch batch, DeliveryPlan plan, long now)
    {
        if (batch.FirstAttemptAt is { } first && _timetable.Between(first, now) > plan.Backoff.TimeToLive)
        {
            batch.OnWire = true;
            return Step.Expired;
        }

        if (!_rate.TryTake(now, out var again))
        {
            batch.Due = again;
            _alarm.Set(again);
            return null;
        }

        batch.OnWire = true;
        batch.FirstAttemptAt ??= now;
        batch.TimedOut = false;
        batch.Abort = new CancellationTokenSource();
        batch.Deadline = _timetable.After(now, plan.AttemptTimeout);
        _attempts++;
        _alarm.Set(batch.Deadline);
        return Step.Send;
    }

    // Passes over what was dropped while it stood in the queue.
    private bool TryPeekReady(out BatchParcel? parcel)
    {
        while (_ready.TryPeek(out parcel))
        {
            if (!parcel.Abandoned) return true;
            _ready.Dequeue();
        }

        return false;
    }

    /// <summary>Takes the first ready message through the filters into the open batch, or closes the batch before it.</summary>
    private void Assemble(BatchParcel parcel, DeliveryPlan plan)
    {
        var end = (parcel.Length == 0 ? Measure(parcel, plan) : null) ?? TooLarge(parcel, plan.Batch!);
        bool room;
        lock (_gate)
        {
            if (parcel.Abandoned) return;
            if (end is null && !TryPut(parcel, plan)) return;
            _ready.Dequeue();
            LeaveReady(parcel);
            room = TakeRoomNotice();
        }

        if (room) _roomAgain();
        if (end is not { } settlement) return;
        Report(parcel, settlement, plan);
        lock (_gate) Gone(parcel);
        _engine.Bytes.Notify();
    }

    /// <returns>What it comes to when it goes into no batch at all.</returns>
    private Settlement? Measure(BatchParcel parcel, DeliveryPlan plan)
    {
        if (!plan.Filters.IsEmpty && !_engine.Filters.Passes(plan, parcel.Message)) return Settlement.Filtered;
        if (BatchBody.Measure(parcel.Message) is not { } length) return Settlement.Discarded("it is not JSON, and would spoil the batch that it is in");
        parcel.Length = length;
        return null;
    }

    private static Settlement? TooLarge(BatchParcel parcel, BatchPlan plan) => parcel.Length <= plan.Volume - Batch.Overhead
        ? null
        : Settlement.Discarded($"it is too large: {parcel.Length} bytes with its envelope, where batchVolume leaves {plan.Volume - Batch.Overhead}");

    // Under the lock. A message that does not fit closes the batch, and opens the next one in its turn.
    private bool TryPut(BatchParcel parcel, DeliveryPlan plan)
    {
        if (_open is { } open)
        {
            if (open.Fits(parcel.Length))
            {
                open.Add(parcel);
                return true;
            }

            open.IsClosed = true;
            return false;
        }

        _open = new Batch(plan.Batch!) { Due = _timetable.After(parcel.AcceptedAt, plan.Batch!.Time) };
        _open.Add(parcel);
        _alarm.Set(_open.Due);
        return true;
    }

    // A moment has come: of the attempt on the wire, of the next attempt, or of the open batch.
    private void Look()
    {
        CancellationTokenSource? late = null;
        bool pump;
        lock (_gate)
        {
            var now = _timetable.Now;
            if (_current is { OnWire: true, Abort: { } abort, TimedOut: false } onWire && onWire.Deadline <= now)
            {
                onWire.TimedOut = true;
                late = abort;
            }

            SetAlarm(now);
            pump = TakePump();
        }

        late?.Cancel(); // outside the lock: the end of the attempt may run right here
        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    // Under the lock: for the next moment that lies ahead. What is due already is the pump's.
    private void SetAlarm(long now)
    {
        var next = long.MaxValue;
        if (_current is { } current) Consider(current.OnWire ? current.TimedOut ? long.MinValue : current.Deadline : current.Due);
        if (_open is { IsClosed: false } open) Consider(open.Due);
        if (next != long.MaxValue) _alarm.Set(next);

        void Consider(long moment)
        {
            if (moment > now && moment < next) next = moment;
        }
    }

    private sealed class PumpWork(BatchDelivery owner) : IThreadPoolWorkItem
    {
        public void Execute() => owner.Pump();
    }
}
