using Hermes.Delivery.Pace;

namespace Hermes.Delivery.Tests.Pace;

/// <summary>An endless backlog sent by the pace to an endpoint that is a function of time, in steps of a millisecond.</summary>
internal sealed class PaceSimulation
{
    private const int Window = 100;
    private readonly RateLimit _limit = new(1000);
    private readonly PriorityQueue<(int Era, bool Success), long> _onWire = new();
    private readonly Func<long, bool> _endpoint;
    private readonly int _latencyMs;

    /// <param name="max">Attempts a second.</param>
    /// <param name="latencyMs">How long an attempt takes.</param>
    /// <param name="endpoint">Whether it takes an attempt that comes at a millisecond.</param>
    public PaceSimulation(double max, int latencyMs, Func<long, bool> endpoint)
    {
        (_latencyMs, _endpoint) = (latencyMs, endpoint);
        Pace.Limit(max);
        _limit.Set(max, 0);
    }

    public OutputPace Pace { get; } = new(1000);

    public long Now { get; private set; }

    /// <summary>Milliseconds at which attempts began.</summary>
    public List<long> Attempts { get; } = [];

    public int Successes { get; private set; }

    public void RunTo(long end)
    {
        for (; Now < end; Now++)
        {
            while (_onWire.TryPeek(out var attempt, out var moment) && moment <= Now)
            {
                _onWire.Dequeue();
                if (attempt.Success) Successes++;
                Pace.Ended(attempt.Era, attempt.Success, isRepeated: false, Now);
                _limit.Set(Pace.Rate, Now);
            }

            while (_onWire.Count < Window && _limit.TryTake(Now, out _))
            {
                Attempts.Add(Now);
                _onWire.Enqueue((Pace.Era, _endpoint(Now)), Now + _latencyMs);
            }
        }
    }

    /// <summary>Runs until it is so, and tells after how many milliseconds.</summary>
    public long RunUntil(Func<bool> condition, long patience)
    {
        var start = Now;
        while (!condition() && Now - start < patience) RunTo(Now + 1);
        return Now - start;
    }

    public int AttemptsBetween(long from, long to) => Attempts.Count(at => at >= from && at < to);
}
