namespace Hermes.Shared.Telemetry;

/// <summary>The meter of what Hermes's management and dashboards query by Hermes's own names (compatibility reference 10.1).</summary>
/// <remarks>Its instruments carry the names that Hermes's consumers have in Micrometer, such as <c>subscription.delivered</c>, and
/// labels in its spelling. <c>/status/prometheus</c> shows them as Micrometer does: behind <c>hermes_consumers_</c>, counters with
/// <c>_total</c>, timers as summaries in seconds. They are not sent over OTLP, where our own names say the same.</remarks>
public static class HermesMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "hermes-consumers";
}
