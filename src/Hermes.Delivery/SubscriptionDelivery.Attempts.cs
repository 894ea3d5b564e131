using System.Diagnostics;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Telemetry;

namespace Hermes.Delivery;

/// <content>Attempts: sending, judging, and what follows.</content>
public sealed partial class SubscriptionDelivery
{
    private static readonly TimeSpan NamedEvery = TimeSpan.FromSeconds(1);
    private readonly Stack<CancellationTokenSource> _spareAborts = new();
    private bool _failing;
    private long _nextFailureNamed = long.MinValue;

    private async Task AttemptAsync(Parcel parcel, DeliveryPlan plan)
    {
        var started = _timetable.Now;
        var activity = DeliveryMetrics.Source.HasListeners() ? DeliveryTrace.Start(plan, parcel) : null;
        Outcome outcome;
        try
        {
            outcome = await _courier.SendAsync(new Errand(plan, parcel, _engine.PropagateTrace ? activity : null), parcel.Abort!.Token);
        }
        catch (OperationCanceledException) when (parcel.TimedOut)
        {
            outcome = Outcome.Failed("timeout");
        }
        catch (Exception e)
        {
            outcome = Outcome.Failed(e.GetType().Name); // whatever one message does to the sender, the others go on
        }

        DeliveryTrace.End(activity, outcome); // before the next attempt begins on this thread, which is no child of this one
        End(parcel, plan, outcome, started);
    }

    private void End(Parcel parcel, DeliveryPlan plan, Outcome outcome, long started)
    {
        parcel.Attempts++;
        // As Hermes counts: a final refusal is an answer of an endpoint that works, and so is one that asks for a pause.
        parcel.Succeeded = outcome.Verdict is not Verdict.Retry || outcome.RetryAfter is not null;
        var now = _timetable.Now;
        var took = _timetable.Between(started, now);
        _engine.Metrics.Attempted(plan, outcome, took, isRetry: parcel.Attempts > 1);
        if (plan.SlowFrom is { } slow && took >= slow)
            Log.Slow(_logger, plan.Name, parcel.Message.Id, parcel.Attempts, plan.Endpoint.Shown, took, outcome.Reason, _timetable.Between(parcel.AcceptedAt, started));
        if (outcome.Verdict is Verdict.Delivered)
        {
            if (Volatile.Read(ref _failing)) Recovered(plan);
            Settle(parcel, Settlement.Delivered, plan);
            return;
        }

        if (!Volatile.Read(ref _failing) && !parcel.Abandoned) BeganToFail(plan, outcome);
        if (outcome.Verdict is Verdict.Discard) Settle(parcel, Settlement.Discarded(outcome.Reason, parcel.Attempts, outcome.Status), plan);
        else TryAgain(parcel, plan, outcome, now);
    }

    private void TryAgain(Parcel parcel, DeliveryPlan plan, Outcome outcome, long now)
    {
        if (!parcel.Abandoned) parcel.Reached?.Tell(_settlements);
        var policy = plan.Backoff;
        var backoff = policy.Next(parcel.Backoff);
        parcel.Backoff = backoff;
        if (outcome.RetryAfter is { } asked) Pause(plan, asked < policy.TimeToLive ? asked : policy.TimeToLive, now);
        if (parcel.Attempts >= plan.MaxAttempts)
        {
            Settle(parcel, Settlement.Discarded($"{outcome.Reason}, at the last of {parcel.Attempts} attempts", parcel.Attempts, outcome.Status), plan);
            return;
        }

        if (policy.DelayFor(_timetable.Between(parcel.BegunAt, now), backoff, outcome.RetryAfter) is not { } delay)
        {
            Settle(parcel, Settlement.Discarded($"{outcome.Reason}, and no time to live is left after {parcel.Attempts} attempts", parcel.Attempts, outcome.Status), plan);
            return;
        }

        bool room, pump;
        lock (_gate)
        {
            LeaveWire(parcel);
            if (_closed || parcel.Abandoned || parcel.Released)
            {
                parcel.State = ParcelState.Gone;
                Unlink(parcel);
            }
            else
            {
                parcel.State = ParcelState.Resting;
                _timetable.Add(parcel, _timetable.After(now, delay));
            }

            room = TakeRoomNotice();
            pump = TakePump();
        }

        _engine.Bytes.Notify();
        if (room) _roomAgain();
        if (Volatile.Read(ref _paceNews) is not null) NamePace(plan);
        if (pump) Pump(); // here and now: another thread would first have to wake
    }

    // Retry-After holds the whole subscription, not only the message whose answer brought it.
    private void Pause(DeliveryPlan plan, TimeSpan pause, long now)
    {
        var until = _timetable.After(now, pause);
        bool fresh;
        lock (_gate)
        {
            fresh = _pausedUntil <= now;
            if (until > _pausedUntil) _pausedUntil = until;
        }

        if (fresh && pause > TimeSpan.Zero) Log.Paused(_logger, plan.Name, pause);
    }

    private void Settle(Parcel parcel, Settlement settlement, DeliveryPlan plan)
    {
        if (!parcel.Abandoned) _ends.Tell(plan, parcel.Message, settlement, _timetable.Between(parcel.AcceptedAt, _timetable.Now));
        bool room, pump;
        lock (_gate)
        {
            LeaveWire(parcel);
            parcel.State = ParcelState.Gone;
            Unlink(parcel);
            room = TakeRoomNotice();
            pump = TakePump();
        }

        _engine.Bytes.Notify();
        if (room) _roomAgain();
        if (Volatile.Read(ref _paceNews) is not null) NamePace(plan);
        if (pump) Pump(); // here and now: another thread would first have to wake
    }

    /// <summary>Gives up, without an attempt, a message whose record could not be read. It takes no place.</summary>
    private Acceptance Discard(Message message, string fault, DeliveryPlan plan)
    {
        lock (_gate)
        {
            if (_closed) return Acceptance.Full;
        }

        _ends.Tell(plan, message, Settlement.Discarded(fault), TimeSpan.Zero);
        return Acceptance.Taken;
    }

    // Under the lock. A source that nobody has cut or is about to cut serves the next attempt, with all that it has allocated.
    private void LeaveWire(Parcel parcel)
    {
        if (parcel.Succeeded is { } succeeded) JudgePace(parcel, succeeded);
        if (parcel.Abort is { } abort && !parcel.TimedOut && !parcel.Abandoned && abort.TryReset()) _spareAborts.Push(abort);
        parcel.Abort = null;
    }

    private void CutOffLateAttempts()
    {
        List<CancellationTokenSource>? late = null;
        lock (_gate)
        {
            var now = _timetable.Now;
            var next = long.MaxValue;
            for (var parcel = _oldest; parcel is not null; parcel = parcel.Next)
            {
                if (parcel is not { Abort: { } abort, TimedOut: false }) continue;
                if (parcel.Deadline > now)
                {
                    next = Math.Min(next, parcel.Deadline);
                    continue;
                }

                parcel.TimedOut = true;
                (late ??= []).Add(abort);
            }

            if (next != long.MaxValue) _deadlineAlarm.Set(next);
        }

        // Outside the lock: the end of an attempt may run right here.
        if (late is null) return;
        foreach (var abort in late) abort.Cancel();
    }

    // Under the lock: the oldest message, when so many later ones were accepted since that it holds up the commit of its partition.
    private Parcel? TakeHeadOfLine(DeliveryPlan plan)
    {
        if (_oldest is not { Named: false } oldest || _accepted - oldest.Number < (long)plan.Window * _engine.Options.HeadOfLineWindows) return null;
        oldest.Named = true;
        return oldest;
    }

    private void Report(Parcel parcel)
    {
        var plan = _plan;
        var message = parcel.Message;
        _engine.Metrics.HeadOfLine(plan);
        Log.HeadOfLine(_logger, plan.Name, message.Id, message.KafkaTopic, message.Partition, message.Offset, parcel.Attempts,
            _timetable.Between(parcel.AcceptedAt, _timetable.Now));
        Activity.Current?.AddEvent(new ActivityEvent("head of line"));
    }

    // At most one line a second: an endpoint that fails now and then changes its mind with every message.
    private void BeganToFail(DeliveryPlan plan, Outcome outcome)
    {
        lock (_gate)
        {
            var now = _timetable.Now;
            if (_failing || now < _nextFailureNamed) return;
            _nextFailureNamed = _timetable.After(now, NamedEvery);
            Volatile.Write(ref _failing, true);
        }

        Log.BeganToFail(_logger, plan.Name, plan.Endpoint.Shown, outcome.Reason);
    }

    private void Recovered(DeliveryPlan plan)
    {
        Volatile.Write(ref _failing, false);
        Log.Recovered(_logger, plan.Name, plan.Endpoint.Shown);
    }
}
