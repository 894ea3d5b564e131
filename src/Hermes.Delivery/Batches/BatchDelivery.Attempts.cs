using Hermes.Delivery.Sending;
using Hermes.Delivery.Telemetry;

namespace Hermes.Delivery.Batches;

/// <content>Attempts: sending, judging, and what follows for each message.</content>
internal sealed partial class BatchDelivery
{
    private bool _failing;

    private async Task AttemptAsync(Batch batch, DeliveryPlan plan)
    {
        var started = _timetable.Now;
        var activity = DeliveryMetrics.Source.HasListeners() ? DeliveryTrace.Start(plan, batch) : null;
        if (batch.Attempts == 0) _engine.Metrics.Batched(plan, batch.Parcels.Count);
        Outcome outcome;
        try
        {
            // The sender has done with the body when it returns, whatever came of it: the buffer may go back.
            using var body = BatchBody.Write(batch);
            List<KeyValuePair<string, string>> own = [];
            if (plan.Batch!.SendsId) own.Add(new(BatchPlanCompiler.BatchId, batch.Id.ToString()));
            outcome = plan.Signing is { } names && _engine.SigningKeys.TrySign(names, batch.Id.ToString(), body.Bytes.Span, own) is { } fault
                ? Outcome.Failed("request", fault)
                : AnswerRules.Judge(
                    await _engine.Sender.SendAsync(Request(batch, plan, body, own), batch.Abort!.Token), plan.RetryClientErrors, retryUnauthorized: false, _engine.Clock);
        }
        catch (OperationCanceledException) when (batch.TimedOut)
        {
            outcome = Outcome.Failed("timeout");
        }
        catch (Exception e)
        {
            outcome = Outcome.Failed(e.GetType().Name); // whatever one batch does to the sender, the next one goes on
        }

        DeliveryTrace.End(activity, outcome);
        End(batch, plan, outcome, started);
    }

    private static SendRequest Request(Batch batch, DeliveryPlan plan, BatchBody body, List<KeyValuePair<string, string>> own) => new()
    {
        Address = plan.Endpoint.Fixed!,
        Protocol = HttpProtocol.Http1,
        ContentType = plan.Batch!.ContentType,
        Fixed = plan.Batch.Headers,
        Attempts = batch.Attempts,
        Own = own,
        Body = body.Bytes,
    };

    private void End(Batch batch, DeliveryPlan plan, Outcome outcome, long started)
    {
        lock (_gate) batch.Abort = null;
        batch.Attempts++;
        var now = _timetable.Now;
        _engine.Metrics.Attempted(plan, outcome, _timetable.Between(started, now), isRetry: batch.Attempts > 1);
        switch (outcome.Verdict)
        {
            case Verdict.Delivered:
                Recovered(plan);
                _engine.Metrics.BatchDelivered(plan);
                SettleAll(batch, Settlement.Delivered, plan);
                break;
            case Verdict.Discard:
                if (plan.Batch!.Split && TrySplit(batch, plan, outcome)) break;
                BeganToFail(batch, plan, outcome);
                SettleAll(batch, Settlement.Discarded(outcome.Reason, batch.Attempts, outcome.Status), plan);
                break;
            default:
                BeganToFail(batch, plan, outcome);
                TryAgain(batch, plan, outcome, now);
                break;
        }
    }

    private void TryAgain(Batch batch, DeliveryPlan plan, Outcome outcome, long now)
    {
        if (batch.Attempts >= plan.MaxAttempts)
        {
            SettleAll(batch, Settlement.Discarded($"{outcome.Reason}, at the last of {batch.Attempts} attempts", batch.Attempts, outcome.Status), plan);
            return;
        }

        // Retry-After is not read for batches. The time to live runs from the first attempt, not from the reading.
        if (plan.Backoff.DelayFor(_timetable.Between(batch.FirstAttemptAt!.Value, now), plan.Backoff.First, retryAfter: null) is not { } delay)
        {
            SettleAll(batch, Settlement.Discarded($"{outcome.Reason}, and no time to live is left after {batch.Attempts} attempts", batch.Attempts, outcome.Status), plan);
            return;
        }

        lock (_gate)
        {
            batch.OnWire = false;
            EndRelease(batch);
            batch.Due = _timetable.After(now, delay);
            if (_closed) DropAll(batch);
            if (!Compact(batch)) _current = null;
            else _alarm.Set(batch.Due);
        }

        GoOn();
    }

    /// <summary>Has the halves of a refused batch go out, each as a batch of its own.</summary>
    /// <returns>False: it is down to one message, which is the one to blame.</returns>
    private bool TrySplit(Batch batch, DeliveryPlan plan, Outcome outcome)
    {
        lock (_gate)
        {
            if (batch.Parcels.Count(static parcel => !parcel.Abandoned) < 2) return false;
            batch.OnWire = false;
            EndRelease(batch);
            _current = null;
            if (_closed) DropAll(batch);
            if (Compact(batch))
            {
                var (first, second) = batch.Halve();
                if (second.Parcels.Count > 0) _parts.Push(second);
                if (first.Parcels.Count > 0) _parts.Push(first);
                Log.Split(_logger, plan.Name, batch.Parcels.Count, outcome.Reason);
            }
        }

        GoOn();
        return true;
    }

    private void SettleAll(Batch batch, Settlement settlement, DeliveryPlan plan)
    {
        foreach (var parcel in batch.Parcels)
            if (!parcel.Abandoned)
                Report(parcel, settlement, plan);
        lock (_gate)
        {
            batch.OnWire = false;
            EndRelease(batch);
            _current = null;
            foreach (var parcel in batch.Parcels) Gone(parcel);
        }

        GoOn();
    }

    /// <summary>Gives up, without an attempt, a message whose record could not be read. It takes no place.</summary>
    private bool Discard(Message message, string fault)
    {
        lock (_gate)
        {
            if (_closed) return false;
        }

        _ends.Tell(_plan, message, Settlement.Discarded(fault), TimeSpan.Zero);
        return true;
    }

    private void Report(BatchParcel parcel, Settlement settlement, DeliveryPlan plan) =>
        _ends.Tell(plan, parcel.Message, settlement, _timetable.Between(parcel.AcceptedAt, _timetable.Now));

    // Under the lock.
    private static void DropAll(Batch batch)
    {
        foreach (var parcel in batch.Parcels) parcel.Abandoned = true;
    }

    private void GoOn()
    {
        bool news, pump;
        lock (_gate)
        {
            news = TakeReleaseNews() | TakeRoomNotice();
            pump = TakePump();
        }

        _engine.Bytes.Notify();
        if (news) _roomAgain();
        if (pump) Pump(); // here and now: another thread would first have to wake
    }

    private void BeganToFail(Batch batch, DeliveryPlan plan, Outcome outcome)
    {
        if (_failing || batch.Parcels.All(static parcel => parcel.Abandoned)) return;
        _failing = true;
        Log.BeganToFail(_logger, plan.Name, plan.Endpoint.Shown, outcome.Reason);
    }

    private void Recovered(DeliveryPlan plan)
    {
        if (!_failing) return;
        _failing = false;
        Log.Recovered(_logger, plan.Name, plan.Endpoint.Shown);
    }
}
