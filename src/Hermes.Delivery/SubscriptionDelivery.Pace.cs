using Hermes.Delivery.Pace;

namespace Hermes.Delivery;

/// <content>The pace: what attempts come to decides how many are made.</content>
public sealed partial class SubscriptionDelivery
{
    // A message that failed so often, while others were taken in between, fails by what is in it.
    private const int FailuresThatCount = 3;
    private string? _paceNews;
    private long _lastSuccess = long.MinValue;
    private PaceMode _namedMode;
    private long _nextPaceNamed = long.MinValue;

    /// <summary>Attempts a second that are made at most, as things stand.</summary>
    internal double Rate
    {
        get
        {
            lock (_gate) return _pace.Rate;
        }
    }

    /// <summary>The mode of its pace.</summary>
    internal PaceMode Mode
    {
        get
        {
            lock (_gate) return _pace.Mode;
        }
    }

    // Under the lock.
    private void ApplyRate()
    {
        _pace.Limit(Math.Min(_plan.Rate, _maxRate ?? double.PositiveInfinity));
        _rate.Set(_pace.Rate, _timetable.Now);
    }

    // Under the lock, once for each attempt.
    private void JudgePace(Parcel parcel, bool succeeded)
    {
        parcel.Succeeded = null;
        var before = _pace.Rate;
        var now = _timetable.Now;
        var isItsOwn = !succeeded && parcel.Attempts > FailuresThatCount && parcel.FailedAt < _lastSuccess;
        if (succeeded) _lastSuccess = now;
        else parcel.FailedAt = now;
        if (isItsOwn) return;
        var isRepeated = parcel.FailedIn == _pace.Window;
        if (!succeeded) parcel.FailedIn = _pace.Window;
        _pace.Ended(parcel.Era, succeeded, isRepeated, now);
        if (!_pace.Rate.Equals(before)) _rate.Set(_pace.Rate, now);
        // At most one line a second, so that an endpoint between two modes does not flood the log.
        if (_pace.Mode == _namedMode || now < _nextPaceNamed) return;
        _nextPaceNamed = _timetable.After(now, NamedEvery);
        _namedMode = _pace.Mode;
        Volatile.Write(ref _paceNews, ModeName(_namedMode));
    }

    private void NamePace(DeliveryPlan plan)
    {
        if (Interlocked.Exchange(ref _paceNews, null) is { } mode) Log.PaceChanged(_logger, plan.Name, mode, Rate);
    }

    private static string ModeName(PaceMode mode) => mode switch
    {
        PaceMode.Normal => "NORMAL",
        PaceMode.Slow => "SLOW",
        _ => "HEARTBEAT",
    };
}
