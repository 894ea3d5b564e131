using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>The group of a subscription that is gone.</summary>
internal sealed class WholeGroup(string group, SubscriptionName subscription, SubscriptionLook look) : IDeletable
{
    public string Group => group;

    public string? Topic => null;

    public SubscriptionName Subscription => subscription;

    public async Task<RegistryLook> LookAsync(CancellationToken cancellationToken)
    {
        if (await look.IsThereAsync(subscription, cancellationToken))
            return new(DeletionOutcome.SubscriptionIsBack);
        return new(await look.IsMovedAsync(subscription, cancellationToken) ? DeletionOutcome.Retransmitted : null);
    }

    public DeletionOutcome? ObstacleIn(RegistryLook look, IReadOnlyList<TopicPartitionOffset> committed) => null;

    public IReadOnlyList<KeptOffset> Of(IReadOnlyList<TopicPartitionOffset> committed) => KeptOffset.Of(committed);
}
