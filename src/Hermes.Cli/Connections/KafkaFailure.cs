using Confluent.Kafka;
using Hermes.Shared.Kafka;

namespace Hermes.Cli.Connections;

/// <summary>Kafka's errors in words that say what to do.</summary>
internal static class KafkaFailure
{
    public static string Describe(KafkaException failure, string bootstrapServers)
    {
        var errors = KafkaErrors.Of(failure);
        if (errors.Any(IsUnreachable))
            return $"Cannot reach Kafka at {bootstrapServers} within {KafkaAdministration.Limit.TotalSeconds:0} s.";
        return $"Kafka at {bootstrapServers} refuses this: {string.Join("; ", errors.Select(e => $"{e.Reason} ({e.Code})").Distinct(StringComparer.Ordinal))}";
    }

    /// <summary>Whether the broker refuses because the group has members.</summary>
    public static bool IsGroupInUse(KafkaException failure) =>
        KafkaErrors.Of(failure).Any(e => e.Code is ErrorCode.NonEmptyGroup or ErrorCode.UnknownMemberId or ErrorCode.RebalanceInProgress);

    private static bool IsUnreachable(Error error) => error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue
        or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve;
}
