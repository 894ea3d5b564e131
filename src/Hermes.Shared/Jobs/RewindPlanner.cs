using Confluent.Kafka;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Shared.Jobs;

/// <summary>Works out where each partition of a subscription is to go on from.</summary>
public sealed class RewindPlanner(KafkaAdministration kafka, KafkaNames names)
{
    /// <summary>The ways of all partitions that the request is about.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="topic">The subscription's topic.</param>
    /// <param name="createdAt">When the job was created: what a duration is counted back from.</param>
    /// <exception cref="JobRefusedException">There is no such partition, or all that is undelivered would be skipped unasked.</exception>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    public async Task<IReadOnlyList<PartitionMove>> PlanAsync(JobRequest request, RegisteredTopic topic, DateTimeOffset createdAt)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(topic);
        return await PlanAsync(request, await PartitionsAsync(topic), createdAt);
    }

    /// <summary>The same for the partitions of another topic, of which the group knows nothing.</summary>
    /// <exception cref="JobRefusedException">There is no such topic.</exception>
    /// <exception cref="KafkaException">The broker refuses, or cannot be reached.</exception>
    internal async Task<IReadOnlyList<PartitionMove>> PlanAsync(JobRequest request, string kafkaTopic, DateTimeOffset createdAt) =>
        await kafka.PartitionsAsync(kafkaTopic) is { Count: > 0 } partitions
            ? await PlanAsync(request, partitions, createdAt)
            : throw new JobRefusedException($"Kafka has no topic {kafkaTopic}.");

    /// <summary>The dead-letter topic of a subscription.</summary>
    internal string DeadLetterTopic(RegisteredSubscription subscription) => SubscriptionExtensions.TryRead(subscription.Document, out var extensions, out var fault)
        ? DeadLetterTopics.Of(subscription.Name, extensions.DeadLetter, names)
        : throw new JobRefusedException($"{fault}.");

    private async Task<IReadOnlyList<PartitionMove>> PlanAsync(JobRequest request, IReadOnlyList<TopicPartition> partitions, DateTimeOffset createdAt)
    {
        var starts = kafka.StartsAsync(partitions);
        var ends = kafka.EndsAsync(partitions);
        var committed = ByPartition(await kafka.CommittedAsync(names.ConsumerGroup(request.Subscription), partitions));
        var (first, end) = (ByPartition(await starts), ByPartition(await ends));
        var wanted = await WantedAsync(request, partitions, createdAt, committed, end);
        return [.. partitions.Where(wanted.ContainsKey).Select(p =>
        {
            // What retention has taken cannot be delivered, and what is not yet written need not be skipped (R26).
            var to = Math.Clamp(wanted[p], first[p], end[p]);
            return new PartitionMove(p.Topic, p.Partition.Value, committed.TryGetValue(p, out var from) ? from : null, to, end[p] - to);
        })];
    }

    private async Task<IReadOnlyList<TopicPartition>> PartitionsAsync(RegisteredTopic topic)
    {
        var topics = names.Topics(topic.Name, topic.Document.ContentType == ContentTypes.Avro, topic.Document.MigratedFromJsonType ?? false);
        var partitions = new List<TopicPartition>();
        foreach (var kafkaTopic in topics)
            partitions.AddRange(await kafka.PartitionsAsync(kafkaTopic.Name));
        return partitions.Exists(p => p.Topic == topics[0].Name) ? partitions : throw new JobRefusedException($"Kafka has no topic {topics[0].Name}.");
    }

    private async Task<Dictionary<TopicPartition, long>> WantedAsync(
        JobRequest request, IReadOnlyList<TopicPartition> partitions, DateTimeOffset createdAt,
        Dictionary<TopicPartition, long> committed, Dictionary<TopicPartition, long> ends)
    {
        var target = request.Document.Target;
        if (target.Messages is { } messages)
            return partitions.ToDictionary(p => p, p => committed.GetValueOrDefault(p, ends[p]) - messages);
        if (target.Offsets is { } offsets)
            return Given(offsets, partitions);
        var time = target.Time ?? createdAt - request.Back!.Value;
        var found = await kafka.OffsetsAtAsync(partitions, time);
        if (found.Count == 0 && request.Document is { AllowEnd: false, Mode: JobModes.Rewind })
        {
            throw new JobRefusedException(
                $"No record was published at or after {time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}: all that is undelivered would be skipped. allowEnd asks for just that.");
        }
        var at = ByPartition(found);
        return partitions.ToDictionary(p => p, p => at.GetValueOrDefault(p, ends[p]));
    }

    private static Dictionary<TopicPartition, long> Given(
        IReadOnlyDictionary<string, IReadOnlyDictionary<int, long>> offsets, IReadOnlyList<TopicPartition> partitions)
    {
        var wanted = offsets.SelectMany(t => t.Value.Select(p => (Partition: new TopicPartition(t.Key, p.Key), Offset: p.Value)))
            .ToDictionary(p => p.Partition, p => p.Offset);
        return wanted.Keys.Except(partitions).FirstOrDefault() is { } stranger
            ? throw new JobRefusedException($"target.offsets names {stranger.Topic}[{stranger.Partition.Value}], which is no partition of this subscription.")
            : wanted;
    }

    private static Dictionary<TopicPartition, long> ByPartition(IEnumerable<TopicPartitionOffset> offsets) =>
        offsets.ToDictionary(o => o.TopicPartition, o => o.Offset.Value);
}
