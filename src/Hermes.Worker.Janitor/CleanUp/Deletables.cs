using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Names what may be deleted.</summary>
internal sealed class Deletables(IZooKeeper zooKeeper, HermesPaths hermes, JobPaths jobs, IGroupAdministration kafka, KafkaNames names)
{
    private readonly SubscriptionLook _look = new(zooKeeper, hermes, jobs);
    private readonly RegistryReader _registry = new(zooKeeper, hermes);

    /// <summary>The group of a subscription; with a topic, the offsets of it that it has left behind.</summary>
    public IDeletable Of(SubscriptionName subscription, string? topic = null)
    {
        var group = names.ConsumerGroup(subscription);
        return topic is null ? new WholeGroup(group, subscription, _look, kafka) : new LeftoverOffsets(group, topic, subscription, _look, _registry, kafka, names);
    }
}
