using System.Diagnostics.Metrics;

namespace Hermes.Intake.Contents;

/// <summary>The names of this assembly's metrics.</summary>
public sealed class ContentMetrics
{
    private readonly UpDownCounter<long> _held;

    /// <summary>Counts from nothing.</summary>
    public ContentMetrics(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _held = meters.Create("Hermes.Intake").CreateUpDownCounter<long>(
            "hermes.intake.partitions.held", "{partition}", "Partitions whose records wait for a schema.");
    }

    internal void Held(int change) => _held.Add(change);
}
