using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Names what may be deleted.</summary>
internal sealed class Deletables(SubscriptionLook look, RegistryReader registry, KafkaNames names)
{
    /// <summary>The group of a subscription; with a topic, the offsets of it that it has left behind.</summary>
    public IDeletable Of(SubscriptionName subscription, string? topic = null)
    {
        var group = names.ConsumerGroup(subscription);
        return topic is null ? new WholeGroup(group, subscription, look) : new LeftoverOffsets(group, topic, subscription, look, registry, names);
    }
}
