using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hermes.Shared.Telemetry;

/// <summary>One instrument with its series, one for each set of tags.</summary>
internal sealed class Series
{
    // A tag that takes ever new values must not take all memory: what comes beyond is counted together.
    private const int MostSets = 20_000;
    private static readonly KeyValuePair<string, object?>[] Beyond = [new("overflow", "true")];

    // Five for each decade: the names of Hermes have no buckets, but quantiles, and these are to within a quarter.
    private static readonly double[] Fine = [.. Enumerable.Range(0, 41).Select(i => Math.Pow(10, -5 + (i / 5.0)))];
    private static readonly double[] Seconds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];
    private static readonly double[] Numbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000];

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Cell> _cells = new(TagSet.Comparer);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Cell>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly double[]? _bounds;

    public Series(Instrument instrument)
    {
        Instrument = instrument;
        _lookup = _cells.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        var kind = instrument.GetType().Name;
        IsDistribution = kind.StartsWith("Histogram", StringComparison.Ordinal);
        IsCounter = kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal);
        IsSum = IsCounter || kind.StartsWith("UpDownCounter", StringComparison.Ordinal);
        _bounds = !IsDistribution ? null : instrument.Meter.Name == HermesMeter.Name ? Fine : (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray() ?? (instrument.Unit is "s" ? Seconds : Numbers);
    }

    public Instrument Instrument { get; }

    public bool IsDistribution { get; }

    public bool IsCounter { get; }

    /// <summary>Whether a measurement is a change, and not what is.</summary>
    private bool IsSum { get; }

    public ICollection<KeyValuePair<KeyValuePair<string, object?>[], Cell>> Cells => _cells;

    /// <summary>Takes a measurement. What is observed tells what is, once for each set of tags at most, or parts of a sum.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var cell = CellOf(tags);
        if (cell.Distribution is { } distribution)
        {
            distribution.Add(value);
            cell.Add(value);
        }
        else if (IsSum || Instrument.IsObservable)
        {
            cell.Add(value);
        }
        else
        {
            cell.Set(value);
        }
    }

    /// <summary>What is observed is told anew each time, and what is no longer told is gone.</summary>
    public void Forget()
    {
        if (Instrument.IsObservable)
            _cells.Clear();
    }

    private Cell CellOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (_lookup.TryGetValue(tags, out var cell))
            return cell;
        var key = _cells.Count < MostSets ? tags.ToArray() : Beyond;
        return _cells.GetOrAdd(key, static (_, bounds) => new(bounds is null ? null : new(bounds)), _bounds);
    }
}
