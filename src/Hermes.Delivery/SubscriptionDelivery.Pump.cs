using Hermes.Delivery.Filtering;
using Hermes.Delivery.Pace;

namespace Hermes.Delivery;

/// <content>The pump: from the queues to the wire, one message at a time.</content>
public sealed partial class SubscriptionDelivery
{
    // Then it goes to the end of the pool's queue, so that a busy subscription does not keep a thread from the others.
    private const int StepsAtOnce = 128;
    private readonly PumpWork _pump;
    private bool _probesFresh;
    private bool _probesNewest;

    private enum Step
    {
        Filter,
        Send,
        Expired,
        Stop,
    }

    /// <summary>A parcel's rest is over: it goes back into the queue.</summary>
    internal void Wake(Parcel parcel)
    {
        bool pump;
        lock (_gate)
        {
            if (parcel.State is not ParcelState.Resting) return;
            parcel.State = ParcelState.Waiting;
            (parcel.Begun ? _again : _fresh).Enqueue(parcel);
            pump = TakePump();
        }

        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    // The pace or the pause may allow more now.
    private void Pace()
    {
        bool pump;
        lock (_gate) pump = TakePump();
        if (pump) ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    // Under the lock: whether the caller has to start the pump, because there is something to do and nobody does it.
    private bool TakePump()
    {
        if (_pumping || (_again.Count == 0 && (_fresh.Count == 0 || _begun >= _plan.Window))) return false;
        _pumping = true;
        return true;
    }

    private void Pump()
    {
        for (var i = 0; i < StepsAtOnce; i++)
        {
            var plan = _plan;
            var step = NextStep(plan, out var parcel, out var room);
            if (room) _roomAgain();
            switch (step)
            {
                case Step.Stop:
                    return;
                case Step.Filter when Filter(plan, parcel!):
                    break;
                case Step.Filter:
                    Settle(parcel!, Settlement.Filtered, plan);
                    break;
                case Step.Expired:
                    Settle(parcel!, Settlement.Discarded($"its time to live ended before attempt {parcel!.Attempts + 1} could begin", parcel.Attempts), plan);
                    break;
                default:
                    _ = AttemptAsync(parcel!, plan); // never throws; it closes the parcel in the books itself
                    break;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(_pump, preferLocal: false);
    }

    private Step NextStep(DeliveryPlan plan, out Parcel? parcel, out bool room)
    {
        room = false;
        lock (_gate)
        {
            if (!TryPeekNext(plan, out parcel)) return StopPump();
            if (!parcel!.PassedFilters && !plan.Filters.IsEmpty) return Step.Filter;
            var now = _timetable.Now;
            if (parcel.Attempts > 0 && _timetable.Between(parcel.BegunAt, now) > plan.Backoff.TimeToLive)
            {
                TakeFromQueue(parcel);
                return Step.Expired;
            }

            if (_pausedUntil > now) return StopPump(_pausedUntil);
            if (!_rate.TryTake(now, out var again)) return StopPump(again);
            TakeFromQueue(parcel);
            _attempts++;
            parcel.Era = _pace.Era;
            if (parcel.Attempts == 0) parcel.BegunAt = now;
            parcel.Deadline = _timetable.After(now, plan.AttemptTimeout);
            parcel.TimedOut = false;
            parcel.Abort = _spareAborts.TryPop(out var spare) ? spare : new CancellationTokenSource();
            _deadlineAlarm.Set(parcel.Deadline);
            room = TakeRoomNotice();
            return Step.Send;
        }
    }

    // What is due again goes first. But what fails may be those messages alone: below the full rate they take turns with fresh ones, and as
    // probes, of these, the oldest with the newest, since after a restart all that lies in front may be what nobody can take. A window of
    // one keeps its order.
    private bool TryPeekNext(DeliveryPlan plan, out Parcel? parcel)
    {
        var hasPlace = _begun < plan.Window;
        if (!(_pace.IsLowered && _probesFresh && hasPlace && TryPeek(_fresh, out parcel)))
        {
            if (TryPeek(_again, out parcel)) return true;
            if (!hasPlace || !TryPeek(_fresh, out parcel)) return false;
        }

        if (_pace.Mode is not PaceMode.Normal && _probesNewest && plan.Window > 1) parcel = NewestFresh();
        return true;
    }

    // There is one. It leaves the queue when those before it have.
    private Parcel NewestFresh()
    {
        var parcel = _newest!;
        while (parcel.Begun || parcel.State is not ParcelState.Waiting) parcel = parcel.Previous!;
        return parcel;
    }

    // Passes over what was dropped, or sent as the newest, while it stood in the queue.
    private bool TryPeek(Queue<Parcel> queue, out Parcel? parcel)
    {
        while (queue.TryPeek(out parcel))
        {
            if (parcel.State is not ParcelState.Gone && (!parcel.Begun || ReferenceEquals(queue, _again))) return true;
            queue.Dequeue();
        }

        return false;
    }

    private Step StopPump(long? again = null)
    {
        _pumping = false;
        if (again is { } moment) _paceAlarm.Set(moment);
        return Step.Stop;
    }

    private void TakeFromQueue(Parcel parcel)
    {
        var queue = parcel.Begun ? _again : _fresh;
        if (ReferenceEquals(queue.Peek(), parcel)) queue.Dequeue();
        _probesFresh = parcel.Begun;
        if (!parcel.Begun) _probesNewest = !_probesNewest;
        parcel.State = ParcelState.OnWire;
        parcel.Deadline = long.MaxValue;
        if (parcel.Begun) return;
        parcel.Begun = true;
        _begun++;
    }

    /// <returns>Whether the pump goes on with the next step: it passes, or it was dropped meanwhile.</returns>
    private bool Filter(DeliveryPlan plan, Parcel parcel)
    {
        var passes = _engine.Filters.Passes(plan, parcel.Message);
        lock (_gate)
        {
            if (parcel.State is ParcelState.Gone) return true;
            parcel.PassedFilters = passes;
            if (!passes) TakeFromQueue(parcel);
            return passes;
        }
    }

    private sealed class PumpWork(SubscriptionDelivery owner) : IThreadPoolWorkItem
    {
        public void Execute() => owner.Pump();
    }
}
