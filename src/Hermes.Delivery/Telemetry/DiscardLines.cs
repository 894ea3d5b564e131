using Hermes.Delivery.Retries;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Telemetry;

/// <summary>Names the discarded messages of one subscription in the log: at most one line a second, since an endpoint that refuses
/// everything must not flood it. Each line tells how many went unnamed.</summary>
internal sealed partial class DiscardLines(ILogger logger, Timetable timetable)
{
    private static readonly TimeSpan NamedEvery = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private long _unnamed;
    private long _next = long.MinValue;

    public void Name(DeliveryPlan plan, Message message, string reason)
    {
        long unnamed;
        lock (_gate)
        {
            var now = timetable.Now;
            if (now < _next)
            {
                _unnamed++;
                return;
            }

            _next = timetable.After(now, NamedEvery);
            unnamed = _unnamed;
            _unnamed = 0;
        }

        Log.Discarded(logger, plan.Name, message.Id, message.KafkaTopic, message.Partition, message.Offset, reason, unnamed);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Discarded, LogLevel.Warning,
            "{Subscription} discarded message {MessageId} ({KafkaTopic}/{Partition}@{Offset}): {Reason}; {Unnamed} more since the last such line")]
        public static partial void Discarded(
            ILogger logger, string subscription, string messageId, string kafkaTopic, int partition, long offset, string reason, long unnamed);
    }
}
