namespace Hermes.Delivery.Pace;

/// <summary>
/// The rate at which a subscription is sent to, from what its attempts come to. Pure arithmetic over outcomes and moments; not
/// thread-safe: its owner locks.
/// </summary>
/// <remarks>
/// Hermes's modes and thresholds, with other times: it begins at the full rate, judges within a second, falls no further than an endpoint
/// that mostly works deserves, and opens again within a second of the first probe that succeeds (docs/decisions/0012-pace.md).
/// </remarks>
internal sealed class OutputPace(long frequency)
{
    /// <summary>Probes a second once most attempts fail.</summary>
    public const double SlowRate = 4;

    /// <summary>Probes a second once all have failed for <see cref="HeartbeatAfterSeconds"/>.</summary>
    public const double HeartbeatRate = 1;

    public const int HeartbeatAfterSeconds = 10;

    private const double ToleratedFailures = 0.05;
    private const double Decrease = 0.8;
    private const double ShareOfGapRegained = 0.2;
    private const double LargestStep = 1.5;
    private const double SmallStep = 1.2;
    private const double Memory = 0.7;
    private const double Opening = 4;
    private const int EnoughOutcomes = 10;
    private double _max = double.PositiveInfinity;
    private double _proven = double.PositiveInfinity;
    private double _recentFailures;
    private double _recentSuccesses;
    private int _failures;
    private int _successes;
    private long _windowBegan;
    private long _judged;
    private long _failingSince;

    public PaceMode Mode { get; private set; }

    /// <summary>Attempts a second.</summary>
    public double Rate { get; private set; } = double.PositiveInfinity;

    /// <summary>Whether the rate is less than what is allowed.</summary>
    public bool IsLowered => Mode is not PaceMode.Normal || Rate < _max;

    /// <summary>Rises when the mode turns to or from <see cref="PaceMode.Normal"/>: what an attempt that began before comes to says nothing of the time after.</summary>
    public int Era { get; private set; }

    /// <summary>Rises with each judgement.</summary>
    public int Window { get; private set; } = 1;

    /// <summary>Sets the most attempts a second.</summary>
    public void Limit(double max)
    {
        var isFull = Rate >= _max;
        _max = max;
        Rate = isFull && Mode is PaceMode.Normal ? max : Math.Min(Rate, max);
    }

    /// <summary>Takes note of an attempt's end.</summary>
    /// <param name="era">The <see cref="Era"/> in which it began.</param>
    /// <param name="success">Whether it counts as one.</param>
    /// <param name="isRepeated">Whether the same message has failed in this <see cref="Window"/> already: one that fails over and over is no failing endpoint.</param>
    /// <param name="now">A timestamp of the clock.</param>
    public void Ended(int era, bool success, bool isRepeated, long now)
    {
        if (era != Era) return;
        if (_failures + _successes == 0)
        {
            _windowBegan = now;
        }
        else if (Mode is PaceMode.Normal && now - _windowBegan >= frequency)
        {
            Judge(now);
            if (era != Era) return;
            _windowBegan = now;
        }

        if (success) _successes++;
        else if (!isRepeated || _failures == 0) _failures++;
        // A probe is judged at once; many together by tenths of a second. At the full rate it takes half a second and some outcomes.
        var isDue = Mode is PaceMode.Normal
            ? now - _windowBegan >= frequency / 2 && _failures + _successes >= EnoughOutcomes
            : now - _judged >= frequency / 10;
        if (isDue) Judge(now);
    }

    private void Judge(long now)
    {
        var (failures, successes) = (_failures, _successes);
        (_failures, _successes, _judged) = (0, 0, now);
        Window++;
        switch (Mode)
        {
            case PaceMode.Normal when failures > successes:
                Enter(PaceMode.Slow, SlowRate);
                _failingSince = now;
                _proven = Proven(failures, successes, successes / ((double)Math.Max(now - _windowBegan, frequency / 2) / frequency));
                break;
            case PaceMode.Normal:
                Adjust(failures, successes);
                break;
            case PaceMode.Slow when failures > successes:
                Rate = Math.Min(Math.Max(Rate / Opening, SlowRate), _max);
                _proven = Proven(failures, successes, Rate);
                if (successes > 0) _failingSince = now;
                else if (now - _failingSince >= HeartbeatAfterSeconds * frequency) Enter(PaceMode.Heartbeat, HeartbeatRate);
                break;
            case PaceMode.Slow:
                _failingSince = now;
                Open(failures == 0 ? Opening : Opening / 2);
                break;
            case PaceMode.Heartbeat when failures == 0:
                Enter(PaceMode.Slow, SlowRate);
                (_failingSince, _proven) = (now, _max);
                Open(Opening);
                break;
        }
    }

    // As much as it took while it refused the rest is what it can be trusted with. A handful of outcomes does not tell.
    private double Proven(int failures, int successes, double taken) =>
        successes == 0 || failures + successes < EnoughOutcomes ? _max : Math.Max(taken, SlowRate);

    private void Adjust(int failures, int successes)
    {
        _recentFailures = (_recentFailures * Memory) + failures;
        _recentSuccesses = (_recentSuccesses * Memory) + successes;
        var failed = _recentFailures / (_recentFailures + _recentSuccesses);
        // What fails by chance is not helped by a slower pace: the more works, the less is given up.
        var deserved = Math.Max(_max * (1 - (4 * failed * failed)), Math.Min(SlowRate, _max));
        var (goal, step) = failed <= ToleratedFailures ? (_max, LargestStep) : (deserved, SmallStep);
        Rate = Rate > goal ? Math.Max(Rate * Decrease, goal) : Math.Min(Rate + ((goal - Rate) * ShareOfGapRegained), Rate * step);
    }

    private void Open(double factor)
    {
        var goal = Math.Min(_proven, _max);
        Rate = Math.Min(Rate * factor, _max);
        if (Rate >= goal) Enter(PaceMode.Normal, goal);
    }

    private void Enter(PaceMode mode, double rate)
    {
        if (Mode is PaceMode.Normal || mode is PaceMode.Normal) Era++;
        (_recentFailures, _recentSuccesses) = (0, 0);
        Mode = mode;
        Rate = Math.Min(rate, _max);
    }
}
