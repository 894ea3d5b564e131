using Hermes.Delivery.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Batches;

/// <content>What it says.</content>
internal sealed partial class BatchDelivery
{
    private void LogOpened(DeliveryPlan plan) =>
        Log.Opened(_logger, plan.Name, plan.Endpoint.Shown, plan.Batch!.Size, plan.Batch.Volume, plan.Batch.Time);

    private void LogUpdated(DeliveryPlan plan) =>
        Log.Updated(_logger, plan.Name, plan.Endpoint.Shown, plan.Batch!.Size, plan.Batch.Volume, plan.Batch.Time);

    private static partial class Log
    {
        [LoggerMessage(LogEvents.BatchesOpened, LogLevel.Information,
            "Delivering {Subscription} to {Endpoint} in batches of {Size} messages, {Volume} bytes, {Time}")]
        public static partial void Opened(ILogger logger, string subscription, string endpoint, int size, int volume, TimeSpan time);

        [LoggerMessage(LogEvents.BatchesUpdated, LogLevel.Information,
            "{Subscription} changed: delivering to {Endpoint} in batches of {Size} messages, {Volume} bytes, {Time}")]
        public static partial void Updated(ILogger logger, string subscription, string endpoint, int size, int volume, TimeSpan time);

        [LoggerMessage(LogEvents.BatchBeganToFail, LogLevel.Warning,
            "{Subscription}: {Endpoint} began to fail with {Reason}; its batches are tried again while their time to live lasts, unless it refused them for good")]
        public static partial void BeganToFail(ILogger logger, string subscription, string endpoint, string reason);

        [LoggerMessage(LogEvents.Recovered, LogLevel.Information, "{Subscription}: {Endpoint} takes batches again")]
        public static partial void Recovered(ILogger logger, string subscription, string endpoint);

        [LoggerMessage(LogEvents.BatchSplit, LogLevel.Debug,
            "{Subscription}: a batch of {Count} messages was refused with {Reason}; its halves are sent instead")]
        public static partial void Split(ILogger logger, string subscription, int count, string reason);

        [LoggerMessage(LogEvents.LetGo, LogLevel.Warning, "{Subscription} let go of a batch of {Count} messages on the wire; they will be delivered again")]
        public static partial void LetGo(ILogger logger, string subscription, int count);
    }
}
