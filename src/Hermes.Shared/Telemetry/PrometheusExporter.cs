using System.Diagnostics.Metrics;
using Hermes.Shared.Status;

namespace Hermes.Shared.Telemetry;

/// <summary>Keeps what the instruments of this process measure, and shows it at <c>/status/prometheus</c>.</summary>
/// <remarks>Our own, since Hermes's names need Micrometer's summaries beside the histograms of OpenTelemetry (decision
/// docs/decisions/0018-metrics.md). A measurement costs one look-up by its tags and no allocation.</remarks>
internal sealed class PrometheusExporter : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Series> _series = [];
    private readonly IMeterFactory _meters;
    private readonly TimeProvider _clock;
    private long _turned;

    public PrometheusExporter(IMeterFactory meters, bool isHermesConsumer, TimeProvider clock)
    {
        (_meters, _clock, _turned) = (meters, clock, clock.GetTimestamp());
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!IsShown(instrument, isHermesConsumer))
                return;
            var series = new Series(instrument);
            lock (_gate)
                _series.Add(series);
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, series) => ((Series)series!).Take(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, series) => ((Series)series!).Take(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, series) => ((Series)series!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now.</summary>
    public StatusContent Render()
    {
        lock (_gate)
        {
            _series.ForEach(s => s.Forget());
            _listener.RecordObservableInstruments();
            if (_clock.GetElapsedTime(_turned) is var passed && passed >= Window)
            {
                _turned = _clock.GetTimestamp();
                foreach (var cell in _series.SelectMany(s => s.Cells))
                    cell.Value.Distribution?.Turn();
            }
            var text = new PrometheusText();
            foreach (var series in _series.OrderBy(s => s.Instrument.Name, StringComparer.Ordinal))
                text.Write(series);
            return new(text.ToUtf8(), PrometheusText.ContentType);
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>Ours (of this host, or of the process), and the runtime's; not those of its HTTP client, which cost at each request.</summary>
    private bool IsShown(Instrument instrument, bool isHermesConsumer)
    {
        var meter = instrument.Meter;
        return (meter.Scope is null || ReferenceEquals(meter.Scope, _meters))
            && (meter.Name.StartsWith("Hermes.", StringComparison.Ordinal) || meter.Name == "System.Runtime"
                || (isHermesConsumer && meter.Name == HermesMeter.Name));
    }
}
