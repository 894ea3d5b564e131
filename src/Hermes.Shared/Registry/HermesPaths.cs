using Hermes.Shared.Naming;

namespace Hermes.Shared.Registry;

/// <summary>Where Hermes keeps what, below its root.</summary>
/// <param name="root">E.g. <c>/hermes</c>; <c>/</c> for the root itself.</param>
public sealed class HermesPaths(string root)
{
    private readonly string _root = root == "/" ? "" : root;

    /// <summary>The root.</summary>
    public string Root => _root.Length == 0 ? "/" : _root;

    /// <summary>All groups.</summary>
    public string Groups => $"{_root}/groups";

    /// <summary>A group.</summary>
    public string Group(string group) => $"{Groups}/{group}";

    /// <summary>A group's topics.</summary>
    public string Topics(string group) => $"{Group(group)}/topics";

    /// <summary>A topic.</summary>
    public string Topic(TopicName topic) => $"{Topics(topic.Group)}/{topic.Name}";

    /// <summary>A topic's subscriptions.</summary>
    public string Subscriptions(TopicName topic) => $"{Topic(topic)}/subscriptions";

    /// <summary>All OAuth providers.</summary>
    public string OAuthProviders => $"{_root}/oauth-providers";

    /// <summary>Management's commands to consumers.</summary>
    public string Commands => $"{_root}/admin";

    /// <summary>Offsets that management orders a subscription to, by Kafka topic.</summary>
    public string OrderedOffsets(SubscriptionName subscription) => $"{Subscription(subscription)}/kafka_topics";

    /// <summary>One partition's offset that management orders, for the Kafka cluster of that name.</summary>
    public string OrderedOffset(SubscriptionName subscription, string kafkaTopic, string cluster, int partition) =>
        $"{OrderedOffsets(subscription)}/{kafkaTopic}/offset/{cluster}/{partition}";

    /// <summary>A subscription's counters.</summary>
    public string Metrics(SubscriptionName subscription) => $"{Subscription(subscription)}/metrics";

    /// <summary>A subscription's last discarded message.</summary>
    public string Undelivered(SubscriptionName subscription) => $"{Subscription(subscription)}/undelivered";

    /// <summary>A subscription.</summary>
    public string Subscription(SubscriptionName subscription) => $"{Subscriptions(subscription.Topic)}/{subscription.Name}";
}
