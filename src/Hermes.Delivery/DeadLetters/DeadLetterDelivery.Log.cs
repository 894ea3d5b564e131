using Hermes.Delivery.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.DeadLetters;

/// <content>What it says.</content>
internal sealed partial class DeadLetterDelivery
{
    private static partial class Log
    {
        [LoggerMessage(LogEvents.LettersFail, LogLevel.Error,
            "{Subscription} cannot write to its dead-letter topic {Topic}: {Reason}. Its discarded messages are held and tried again; "
            + "at {Most} of them it stands still")]
        public static partial void LettersFail(ILogger logger, string subscription, string topic, string reason, int most);

        [LoggerMessage(LogEvents.LettersRecovered, LogLevel.Information, "{Subscription}: its dead-letter topic {Topic} takes letters again")]
        public static partial void LettersRecovered(ILogger logger, string subscription, string topic);

        [LoggerMessage(LogEvents.SettlementFailed, LogLevel.Error,
            "{Subscription}: the end of {KafkaTopic}/{Partition}@{Offset} could not be recorded; it will be delivered again")]
        public static partial void SettlementFailed(ILogger logger, string subscription, string kafkaTopic, int partition, long offset, Exception e);
    }
}
