using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hermes.Shared.Kafka;

/// <summary>What a failure of Kafka's administration is made of.</summary>
public static class KafkaErrors
{
    /// <summary>The errors of the single topics, partitions and groups where there are any; else that of the whole call.</summary>
    public static IReadOnlyList<Error> Of(KafkaException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        IEnumerable<Error> inner = failure switch
        {
            CreateTopicsException e => e.Results.Select(r => r.Error),
            DeleteTopicsException e => e.Results.Select(r => r.Error),
            DescribeTopicsException e => e.Results.TopicDescriptions.Select(r => r.Error),
            DescribeConsumerGroupsException e => e.Results.ConsumerGroupDescriptions.Select(r => r.Error),
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
