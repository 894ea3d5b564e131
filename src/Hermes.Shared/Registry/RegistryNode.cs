using System.Diagnostics.CodeAnalysis;
using Hermes.Shared.Naming;

namespace Hermes.Shared.Registry;

/// <summary>What a path below the folder of groups is about: a topic, a subscription, or neither.</summary>
internal readonly record struct RegistryNode(TopicName? Topic, SubscriptionName? Subscription)
{
    private const int TopicDepth = 3; // group, "topics", topic
    private const int SubscriptionDepth = 5; // and "subscriptions", subscription

    /// <returns>False for everything that has no document, and for names that break the rule.</returns>
    public static bool TryParse(string groups, string path, [NotNullWhen(true)] out RegistryNode? node)
    {
        node = null;
        if (path.Length <= groups.Length + 1)
            return false;
        var parts = path[(groups.Length + 1)..].Split('/');
        if (parts.Length is not (TopicDepth or SubscriptionDepth) || parts[1] is not "topics" || !TopicName.TryParse($"{parts[0]}.{parts[2]}", out var topic))
            return false;
        if (parts.Length == TopicDepth)
            node = new(topic, null);
        else if (parts[3] is "subscriptions" && SubscriptionName.TryParse($"{topic}${parts[4]}", out var subscription))
            node = new(null, subscription);
        return node is not null;
    }
}
