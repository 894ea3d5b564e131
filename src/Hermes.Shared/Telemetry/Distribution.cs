namespace Hermes.Shared.Telemetry;

/// <summary>How often values fell below each bound.</summary>
/// <remarks>Counts since the start, as Prometheus wants them; and a second set that is begun anew every minute, for the
/// quantiles of the last one to two minutes that Micrometer shows.</remarks>
internal sealed class Distribution(double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private long[] _earlier = new long[bounds.Length + 1];
    private long[] _before = new long[bounds.Length + 1];

    public IReadOnlyList<double> Bounds => bounds;

    public void Add(double value)
    {
        var at = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref _counts[at < 0 ? ~at : at]);
    }

    /// <summary>How many fell below each bound, and lastly how many there are.</summary>
    public long[] Cumulated()
    {
        var counts = new long[_counts.Length];
        for (var (i, sum) = (0, 0L); i < counts.Length; i++)
            counts[i] = sum += Volatile.Read(ref _counts[i]);
        return counts;
    }

    /// <summary>The window moves on: what was counted up to now is no longer of the last minute.</summary>
    public void Turn()
    {
        (_earlier, _before) = (_before, _earlier);
        for (var i = 0; i < _counts.Length; i++)
            _before[i] = Volatile.Read(ref _counts[i]);
    }

    /// <summary>The value below which this share of the last one to two minutes lies; 0 where there was nothing.</summary>
    public double Quantile(double share)
    {
        var total = 0L;
        for (var i = 0; i < _counts.Length; i++)
            total += Volatile.Read(ref _counts[i]) - _earlier[i];
        if (total == 0)
            return 0;
        var wanted = (long)Math.Ceiling(share * total);
        for (var (i, sum) = (0, 0L); i < bounds.Length; i++)
        {
            sum += Volatile.Read(ref _counts[i]) - _earlier[i];
            if (sum >= wanted)
                return bounds[i];
        }
        return bounds[^1];
    }
}
