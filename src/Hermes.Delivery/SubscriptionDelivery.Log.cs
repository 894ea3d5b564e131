using Hermes.Delivery.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery;

/// <content>What it says.</content>
public sealed partial class SubscriptionDelivery
{
    private static partial class Log
    {
        [LoggerMessage(LogEvents.Opened, LogLevel.Information, "Delivering {Subscription} to {Endpoint}: {Window} at once, {Rate} a second")]
        public static partial void Opened(ILogger logger, string subscription, string endpoint, int window, double rate);

        [LoggerMessage(LogEvents.Updated, LogLevel.Information, "{Subscription} changed: delivering to {Endpoint}, {Window} at once, {Rate} a second")]
        public static partial void Updated(ILogger logger, string subscription, string endpoint, int window, double rate);

        [LoggerMessage(LogEvents.BeganToFail, LogLevel.Warning,
            "{Subscription}: {Endpoint} began to fail with {Reason}; its messages are tried again while their time to live lasts")]
        public static partial void BeganToFail(ILogger logger, string subscription, string endpoint, string reason);

        [LoggerMessage(LogEvents.Recovered, LogLevel.Information, "{Subscription}: {Endpoint} takes messages again")]
        public static partial void Recovered(ILogger logger, string subscription, string endpoint);

        [LoggerMessage(LogEvents.Paused, LogLevel.Information, "{Subscription} rests for {Pause}: its endpoint asked for it by Retry-After")]
        public static partial void Paused(ILogger logger, string subscription, TimeSpan pause);

        [LoggerMessage(LogEvents.PaceChanged, LogLevel.Information, "{Subscription} is sent to at the pace {Mode}: {Rate} attempts a second at most")]
        public static partial void PaceChanged(ILogger logger, string subscription, string mode, double rate);

        [LoggerMessage(LogEvents.HeadOfLine, LogLevel.Warning,
            "{Subscription} is held up by message {MessageId} ({KafkaTopic}/{Partition}@{Offset}): {Attempts} attempts in {Age}; "
            + "nothing behind it can be committed before it is settled")]
        public static partial void HeadOfLine(
            ILogger logger, string subscription, string messageId, string kafkaTopic, int partition, long offset, int attempts, TimeSpan age);

        [LoggerMessage(LogEvents.LetGo, LogLevel.Warning, "{Subscription} let go of {Count} messages on the wire; they will be delivered again")]
        public static partial void LetGo(ILogger logger, string subscription, int count);

        [LoggerMessage(LogEvents.NoHttp2, LogLevel.Warning,
            "{Subscription} asks for HTTP/2, and HTTP/1.1 is spoken to {Endpoint}: it is not https (see Delivery:Http2PriorKnowledge), or Delivery:Http2 is off")]
        public static partial void NoHttp2(ILogger logger, string subscription, string endpoint);

        [LoggerMessage(LogEvents.Slow, LogLevel.Information,
            "{Subscription}: attempt {Attempt} of message {MessageId} at {Endpoint} took {Took} and ended with {Reason}; it began {Waited} after the message was here")]
        public static partial void Slow(
            ILogger logger, string subscription, string messageId, int attempt, string endpoint, TimeSpan took, string reason, TimeSpan waited);
    }
}
