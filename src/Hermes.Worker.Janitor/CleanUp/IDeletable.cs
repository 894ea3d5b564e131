using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Something that may be deleted: a whole group, or offsets that a group has left behind.</summary>
internal interface IDeletable
{
    /// <summary>The group's id.</summary>
    string Group { get; }

    /// <summary>The topic whose offsets it is about; <see langword="null"/>: all of the group.</summary>
    string? Topic { get; }

    /// <summary>The subscription whose group it is, or was.</summary>
    SubscriptionName Subscription { get; }

    /// <summary>Looks at all that may speak against the deletion in ZooKeeper, by a session that has just caught up.</summary>
    Task<RegistryLook> LookAsync(CancellationToken cancellationToken);

    /// <summary>What speaks against the deletion in what the group has committed.</summary>
    /// <param name="look">What was seen in ZooKeeper.</param>
    /// <param name="committed">All that the group has committed.</param>
    /// <returns>The first that does; <see langword="null"/>: nothing.</returns>
    DeletionOutcome? ObstacleIn(RegistryLook look, IReadOnlyList<TopicPartitionOffset> committed);

    /// <summary>Of what the group has committed the part that would be lost.</summary>
    IReadOnlyList<KeptOffset> Of(IReadOnlyList<TopicPartitionOffset> committed);
}
