using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Intake;

internal sealed partial class SubscriptionIntake
{
    private static partial class Log
    {
        [LoggerMessage(LogEvents.Assigned, LogLevel.Information, "{Subscription} reads {Partitions}")]
        public static partial void Assigned(ILogger logger, string subscription, string partitions);

        [LoggerMessage(LogEvents.Revoked, LogLevel.Information, "{Subscription} gives back {Count} partitions")]
        public static partial void Revoked(ILogger logger, string subscription, int count);

        [LoggerMessage(LogEvents.LeftUncommitted, LogLevel.Warning,
            "{Subscription} gives back {Count} partitions whose last commit the broker has not confirmed; what that covers is delivered again by their next owner")]
        public static partial void LeftUncommitted(ILogger logger, string subscription, int count);

        [LoggerMessage(LogEvents.Lost, LogLevel.Warning,
            "{Subscription} has lost {Count} partitions to other members; what was settled since the last commit is delivered again by them")]
        public static partial void Lost(ILogger logger, string subscription, int count);

        [LoggerMessage(LogEvents.HandOverCut, LogLevel.Warning,
            "{Subscription} gives partitions back with {Count} attempts that did not end within {Budget}; the next owner delivers them again")]
        public static partial void HandOverCut(ILogger logger, string subscription, int count, TimeSpan budget);

        [LoggerMessage(LogEvents.CommitFailed, LogLevel.Warning, "{Subscription} could not commit {Topic}[{Partition}]: {Code}; it is kept and tried again")]
        public static partial void CommitFailed(ILogger logger, string subscription, string topic, int partition, ErrorCode code);

        [LoggerMessage(LogEvents.KafkaError, LogLevel.Warning, "Kafka, for {Subscription}: {Reason}; the client goes on by itself")]
        public static partial void KafkaError(ILogger logger, string subscription, string reason);

        [LoggerMessage(LogEvents.Moved, LogLevel.Information, "{Subscription} goes on from {Topic}[{Partition}]@{Offset}, as a retransmission orders")]
        public static partial void Moved(ILogger logger, string subscription, string topic, int partition, long offset);

        [LoggerMessage(LogEvents.Blocked, LogLevel.Information, "{Subscription} takes no more: its window has been full for {Patience}; reading is paused")]
        public static partial void Blocked(ILogger logger, string subscription, TimeSpan patience);
    }
}
