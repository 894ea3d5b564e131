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
    }
}
