using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Shared.Registry;

/// <summary>Reads the registry node by node, for commands that look once. Workers use <see cref="RegistryView"/>.</summary>
public sealed class RegistryReader(IZooKeeper zooKeeper, HermesPaths paths)
{
    /// <summary>The groups' names, sorted.</summary>
    public Task<IReadOnlyList<string>> GroupsAsync(CancellationToken cancellationToken) => ChildrenAsync(paths.Groups, cancellationToken);

    /// <summary>The names of a group's topics, sorted.</summary>
    /// <exception cref="RegistryException">There is no such group.</exception>
    public async Task<IReadOnlyList<TopicName>> TopicsAsync(string group, CancellationToken cancellationToken)
    {
        await GroupAsync(group, cancellationToken);
        return [.. (await ChildrenAsync(paths.Topics(group), cancellationToken)).Select(name => new TopicName(group, name))];
    }

    /// <summary>The names of a topic's subscriptions, sorted.</summary>
    /// <exception cref="RegistryException">There is no such topic.</exception>
    public async Task<IReadOnlyList<SubscriptionName>> SubscriptionsAsync(TopicName topic, CancellationToken cancellationToken)
    {
        if (await zooKeeper.FindAsync(paths.Topic(topic), cancellationToken) is null)
            throw Missing($"topic {topic}");
        return [.. (await ChildrenAsync(paths.Subscriptions(topic), cancellationToken)).Select(name => new SubscriptionName(topic, name))];
    }

    /// <summary>The names of all subscriptions of all topics.</summary>
    /// <exception cref="RegistryException">A part of the registry was deleted meanwhile, or cannot be read.</exception>
    public async Task<IReadOnlyList<SubscriptionName>> AllSubscriptionsAsync(CancellationToken cancellationToken)
    {
        var subscriptions = new List<SubscriptionName>();
        foreach (var group in await GroupsAsync(cancellationToken))
        {
            foreach (var topic in await TopicsAsync(group, cancellationToken))
                subscriptions.AddRange(await SubscriptionsAsync(topic, cancellationToken));
        }
        return subscriptions;
    }

    /// <summary>A group.</summary>
    /// <exception cref="RegistryException">There is none, or it cannot be read.</exception>
    public async Task<GroupDocument> GroupAsync(string group, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Group(group), cancellationToken) is { } node
            ? DocumentReader.Group(group, node.Data.Span)
            : throw Missing($"group {group}");

    /// <summary>A topic.</summary>
    /// <exception cref="RegistryException">There is none, or it cannot be read.</exception>
    public async Task<RegisteredTopic> TopicAsync(TopicName topic, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Topic(topic), cancellationToken) is { } node
            ? DocumentReader.Topic(topic, node.Data.Span, node.Stat)
            : throw Missing($"topic {topic}");

    /// <summary>A subscription.</summary>
    /// <exception cref="RegistryException">There is none, or it cannot be read.</exception>
    public async Task<RegisteredSubscription> SubscriptionAsync(SubscriptionName subscription, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Subscription(subscription), cancellationToken) is { } node
            ? DocumentReader.Subscription(subscription, node.Data.Span, node.Stat)
            : throw Missing($"subscription {subscription}");

    internal static RegistryException Missing(string what) => new(RegistryFault.NotFound, $"There is no {what}.");

    private async Task<IReadOnlyList<string>> ChildrenAsync(string path, CancellationToken cancellationToken)
    {
        var names = await zooKeeper.TryGetChildrenAsync(path, cancellationToken) is { } children ? children.Names : [];
        return [.. names.Order(StringComparer.Ordinal)];
    }
}
