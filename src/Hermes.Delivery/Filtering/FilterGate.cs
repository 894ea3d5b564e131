using Hermes.Delivery.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Filtering;

/// <summary>Where messages meet the filters of their subscription. A filter that fails on a message filters it out, which is not kept
/// secret: all are counted, and one in a while is named.</summary>
internal sealed partial class FilterGate(DeliveryMetrics metrics, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan NamedEvery = TimeSpan.FromSeconds(10);

    public bool Passes(DeliveryPlan plan, Message message)
    {
        var passes = plan.Filters.Passes(message, out var failure);
        if (failure is null) return passes;
        metrics.FilterFailed(plan, failure.Type);
        if (plan.Filters.TakeNaming(clock.GetTimestamp(), (long)(NamedEvery.TotalSeconds * clock.TimestampFrequency)))
            Log.FilterFailed(logger, plan.Name, failure.Type, message.KafkaTopic, message.Partition, message.Offset, failure.Cause.Message);
        return passes;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.FilterFailed, LogLevel.Warning,
            "{Subscription}: its filter {Type} failed on {Topic}[{Partition}]@{Offset}, which is filtered out: {Reason}; others may have been since the last such line")]
        public static partial void FilterFailed(ILogger logger, string subscription, string type, string topic, int partition, long offset, string reason);
    }
}
