using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hermes.Shared.Kafka;

namespace Hermes.Cli.Connections;

/// <summary>Kafka's errors in words that say what to do.</summary>
internal static class KafkaFailure
{
    public static string Describe(KafkaException failure, string bootstrapServers)
    {
        var errors = Errors(failure);
        if (errors.Any(IsUnreachable))
            return $"Cannot reach Kafka at {bootstrapServers} within {KafkaAdministration.Limit.TotalSeconds:0} s.";
        return $"Kafka at {bootstrapServers} refuses this: {string.Join("; ", errors.Select(e => $"{e.Reason} ({e.Code})").Distinct(StringComparer.Ordinal))}";
    }

    /// <summary>Whether the broker refuses because the group has members.</summary>
    public static bool IsGroupInUse(KafkaException failure) =>
        Errors(failure).Any(e => e.Code is ErrorCode.NonEmptyGroup or ErrorCode.UnknownMemberId or ErrorCode.RebalanceInProgress);

    private static bool IsUnreachable(Error error) => error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_TimedOutQueue
        or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve;

    private static List<Error> Errors(KafkaException failure)
    {
        IEnumerable<Error> inner = failure switch
        {
            CreateTopicsException e => e.Results.Select(r => r.Error),
            DeleteTopicsException e => e.Results.Select(r => r.Error),
            DescribeTopicsException e => e.Results.TopicDescriptions.Select(r => r.Error),
            ListOffsetsException e => e.Result.ResultInfos.Select(r => r.TopicPartitionOffsetError.Error),
            AlterConsumerGroupOffsetsException e => e.Results.SelectMany(r => r.Partitions.Select(p => p.Error).Append(r.Error)),
            ListConsumerGroupOffsetsException e => e.Results.SelectMany(r => r.Partitions.Select(p => p.Error).Append(r.Error)),
            DeleteGroupsException e => e.Results.Select(r => r.Error),
            _ => [],
        };
        var errors = inner.Where(e => e is { IsError: true }).ToList();
        return errors.Count > 0 ? errors : [failure.Error];
    }
}
