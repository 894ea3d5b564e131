using System.Diagnostics.Metrics;
using System.Reflection;
using Hermes.Shared.Health;

namespace Hermes.Shared.Telemetry;

/// <summary>The health of the process as metrics, under the meter of this assembly.</summary>
internal sealed class HealthMetrics
{
    public HealthMetrics(IMeterFactory meters, WorkerHealth health)
    {
        var meter = meters.Create("Hermes.Shared");
        meter.CreateObservableGauge("hermes.worker.info",
            () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Assembly.GetEntryAssembly()?.GetName().Version?.ToString(3))), null, "The worker's version.");
        meter.CreateObservableGauge("hermes.worker.live", () => health.Look().LiveFaults.Count == 0 ? 1 : 0, null, "1 while no loop is stuck.");
        meter.CreateObservableGauge("hermes.worker.ready", () => health.Look().ReadyFaults.Count == 0 ? 1 : 0, null, "1 while the worker can do its work.");
        meter.CreateObservableGauge("hermes.worker.reaches",
            () => health.Look() is var report ? new[] { Reaches("zookeeper", report.ZooKeeper), Reaches("kafka", report.Kafka) } : [], null, "1 while the server answers.");
        meter.CreateObservableGauge("hermes.loop.silence",
            () => health.Look().Loops.Select(l => new Measurement<double>(l.Silence.TotalSeconds, new KeyValuePair<string, object?>("loop", l.Name))), "s", "How long ago each loop's last sign of life is.");
        meter.CreateObservableGauge("hermes.loop.live",
            () => health.Look().Loops.Select(l => new Measurement<int>(l.IsAlive ? 1 : 0, new KeyValuePair<string, object?>("loop", l.Name))), null, "1 while the loop is not stuck.");
    }

    private static Measurement<int> Reaches(string server, ServerState state) => new(state.IsUp ? 1 : 0, new KeyValuePair<string, object?>("server", server));
}
