using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>Reads all of the registry, or nothing: from half a tree it would follow that the other half is abandoned.</summary>
internal sealed class CompleteRegistry(IZooKeeper zooKeeper, HermesPaths hermes)
{
    /// <returns>The topics with the names of their subscriptions.</returns>
    /// <exception cref="RegistryException">A part is missing that Hermes makes in one stroke with the part above it.</exception>
    /// <exception cref="InvalidOperationException">There is no subscription at all.</exception>
    public async Task<IReadOnlyDictionary<TopicName, IReadOnlyList<SubscriptionName>>> ReadAsync(CancellationToken cancellationToken)
    {
        await zooKeeper.SyncAsync(hermes.Groups, cancellationToken);
        var read = new Dictionary<TopicName, IReadOnlyList<SubscriptionName>>();
        foreach (var group in await ChildrenAsync(hermes.Groups, cancellationToken))
        {
            foreach (var name in await ChildrenAsync(hermes.Topics(group), cancellationToken))
            {
                var topic = new TopicName(group, name);
                read[topic] = [.. (await ChildrenAsync(hermes.Subscriptions(topic), cancellationToken)).Select(s => new SubscriptionName(topic, s))];
            }
        }
        if (read.Values.All(s => s.Count == 0))
            throw new InvalidOperationException($"The registry at {hermes.Groups} has no subscription at all: nothing is deleted.");
        return read;
    }

    private async Task<IReadOnlyList<string>> ChildrenAsync(string path, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetChildrenAsync(path, cancellationToken) is { } children
            ? children.Names
            : throw new RegistryException(RegistryFault.NotFound, $"The registry is not complete, {path} is missing: nothing is deleted.");
}
