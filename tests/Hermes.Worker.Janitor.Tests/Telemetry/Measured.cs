using System.Diagnostics.Metrics;
using System.Globalization;

namespace Hermes.Worker.Janitor.Tests.Telemetry;

/// <summary>What one janitor has measured: the sums of its counters, and the last values of its gauges.</summary>
internal sealed class Measured : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <param name="meters">The janitor's own.</param>
    public Measured(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All that is not zero, each as <c>groups.deleted what=group: 1</c>, sorted.</summary>
    public IReadOnlyList<string> All()
    {
        _listener.RecordObservableInstruments();
        return [.. _values.Where(v => v.Value != 0).Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key}: {v.Value}")).Order(StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        const string Prefix = "hermes.janitor.";
        var key = instrument.Name.StartsWith(Prefix, StringComparison.Ordinal) ? instrument.Name[Prefix.Length..] : instrument.Name;
        foreach (var (name, tag) in tags)
            key += $" {name}={tag}";
        _values[key] = instrument.IsObservable ? value : _values.GetValueOrDefault(key) + value;
    }
}
