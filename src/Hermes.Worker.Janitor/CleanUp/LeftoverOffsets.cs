using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The offsets that the group of a subscription still has of a topic that the subscription does not read any more.</summary>
internal sealed class LeftoverOffsets(string group, string topic, SubscriptionName subscription, SubscriptionLook look, RegistryReader registry, KafkaNames names) : IDeletable
{
    public string Group => group;

    public string Topic => topic;

    public SubscriptionName Subscription => subscription;

    public async Task<RegistryLook> LookAsync(CancellationToken cancellationToken)
    {
        if (!await look.IsThereAsync(subscription, cancellationToken))
            return new(DeletionOutcome.SubscriptionIsGone);
        if (await look.IsMovedAsync(subscription, cancellationToken))
            return new(DeletionOutcome.Retransmitted);
        return new(null, ReadTopics.Of(subscription.Topic, (await registry.TopicAsync(subscription.Topic, cancellationToken)).Document, names));
    }

    public DeletionOutcome? ObstacleIn(RegistryLook look, IReadOnlyList<TopicPartitionOffset> committed)
    {
        if (look.Read is { } read && Leftovers(read, committed, names).Contains(topic))
            return null;
        return committed.Any(o => o.Topic == topic) ? DeletionOutcome.Read : DeletionOutcome.Absent;
    }

    public IReadOnlyList<KeptOffset> Of(IReadOnlyList<TopicPartitionOffset> committed) => KeptOffset.Of(committed.Where(o => o.Topic == topic));

    /// <summary>Those topics of ours that a group has offsets of and that it does not read.</summary>
    /// <remarks>None where it has no offsets of what it is said to read: then what is known of the topics may be wrong, for
    /// instance the naming rule of the settings.</remarks>
    public static IEnumerable<string> Leftovers(ReadTopics read, IReadOnlyList<TopicPartitionOffset> committed, KafkaNames names) =>
        committed.Any(o => o.Topic == read.Primary)
            ? committed.Select(o => o.Topic).Distinct(StringComparer.Ordinal).Where(t => !read.Contains(t) && names.IsTopic(t))
            : [];
}
