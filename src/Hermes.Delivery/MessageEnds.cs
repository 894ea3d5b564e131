using Hermes.Delivery.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery;

/// <summary>How the end of a message's stay is told: to who settles its offset, in the metrics, and, if it was discarded, in the log.</summary>
internal sealed partial class MessageEnds(DeliveryEngine engine, ISettlements settlements, ILogger logger)
{
    private readonly DiscardLines _discards = new(logger, engine.Timetable);

    /// <summary>Tells it.</summary>
    /// <param name="plan">Of which subscription.</param>
    /// <param name="message">The message.</param>
    /// <param name="settlement">The end.</param>
    /// <param name="stay">How long it was here.</param>
    public void Tell(DeliveryPlan plan, Message message, Settlement settlement, TimeSpan stay)
    {
        engine.Metrics.Settled(plan, settlement.Kind, message.Body.Length, stay);
        Settle(settlements, plan.Name, message, settlement, logger);
        if (settlement.Kind is SettlementKind.Discarded) _discards.Name(plan, message, settlement.Reason!);
    }

    /// <summary>Settles it, and survives it when that fails.</summary>
    public static void Settle(ISettlements settlements, string subscription, Message message, Settlement settlement, ILogger logger)
    {
        try
        {
            settlements.Settled(message, settlement);
        }
        catch (Exception e)
        {
            Log.SettlementFailed(logger, subscription, message.KafkaTopic, message.Partition, message.Offset, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.SettlementFailed, LogLevel.Error,
            "{Subscription}: the end of {KafkaTopic}/{Partition}@{Offset} could not be recorded; it will be delivered again")]
        public static partial void SettlementFailed(ILogger logger, string subscription, string kafkaTopic, int partition, long offset, Exception e);
    }
}
