using System.Text.Json.Serialization.Metadata;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;

namespace Hermes.Shared.Registry;

/// <summary>Writes the registry as Hermes's management does, without its races: every change of a document is a versioned
/// write, and what belongs together is one multi.</summary>
/// <remarks>No ancestor is ever made on the way, and no node is left empty: consumers and frontends of Hermes delete whatever
/// they see without data, with all below it (trap T1).</remarks>
public sealed class RegistryWriter(IZooKeeper zooKeeper, HermesPaths paths)
{
    // Curator's default payload is the client's address; what matters is that it is not empty.
    private static readonly byte[] NotEmpty = "127.0.0.1"u8.ToArray();

    /// <summary>Creates a group; also the root and the folder of groups, in an installation that has none yet.</summary>
    /// <exception cref="RegistryException">It exists.</exception>
    public async Task CreateGroupAsync(GroupDocument group, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(group);
        NameRule.Check("group name", group.GroupName);
        await CreateFoldersAsync(cancellationToken);
        await CreateAsync($"group {group.GroupName}", null,
        [
            Operation.Create(paths.Group(group.GroupName), DocumentReader.Write(group, DocumentJson.Instance.GroupDocument), CreateMode.Persistent),
            Operation.Create(paths.Topics(group.GroupName), NotEmpty, CreateMode.Persistent),
        ], cancellationToken);
    }

    /// <summary>Creates a topic.</summary>
    /// <exception cref="RegistryException">It exists, or its group does not.</exception>
    public Task CreateTopicAsync(TopicDocument topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var name = TopicName.Parse(topic.Name);
        return CreateAsync($"topic {name}", $"group {name.Group}",
        [
            Operation.Create(paths.Topic(name), DocumentReader.Write(topic, DocumentJson.Instance.TopicDocument), CreateMode.Persistent),
            Operation.Create(paths.Subscriptions(name), NotEmpty, CreateMode.Persistent),
        ], cancellationToken);
    }

    /// <summary>Creates a subscription.</summary>
    /// <exception cref="RegistryException">It exists, or its topic does not.</exception>
    public Task CreateSubscriptionAsync(SubscriptionDocument subscription, CancellationToken cancellationToken) =>
        CreateSubscriptionAsync(subscription, [], cancellationToken);

    /// <summary>Creates a subscription.</summary>
    /// <param name="subscription">Its document.</param>
    /// <param name="alongside">What belongs to it, in the same transaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RegistryException">It exists, or its topic does not.</exception>
    /// <exception cref="MultiFailedException">What belongs to it was refused.</exception>
    public Task CreateSubscriptionAsync(SubscriptionDocument subscription, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alongside);
        ArgumentNullException.ThrowIfNull(subscription);
        var name = new SubscriptionName(TopicName.Parse(subscription.TopicName), subscription.Name);
        return CreateAsync($"subscription {name}", $"topic {name.Topic}",
        [
            Operation.Create(paths.Subscription(name), DocumentReader.Write(subscription, DocumentJson.Instance.SubscriptionDocument), CreateMode.Persistent),
            .. alongside,
        ], cancellationToken);
    }

    /// <summary>Changes a subscription's document, again from what it is by then if someone else was first.</summary>
    /// <returns>The subscription as written; as it was, where the change changes nothing.</returns>
    /// <exception cref="RegistryException">There is none, or it cannot be read.</exception>
    public async Task<RegisteredSubscription> UpdateSubscriptionAsync(
        SubscriptionName name, Func<SubscriptionDocument, SubscriptionDocument> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return await UpdateAsync(paths.Subscription(name), $"subscription {name}", (data, stat) => DocumentReader.Subscription(name, data.Span, stat),
            now => now.Document, now => change(now.Document), DocumentJson.Instance.SubscriptionDocument,
            (now, document, stat) => now with { Document = document, Version = stat.Version }, cancellationToken);
    }

    /// <summary>Changes a topic's document in the same way.</summary>
    /// <exception cref="RegistryException">There is none, or it cannot be read.</exception>
    public async Task<RegisteredTopic> UpdateTopicAsync(TopicName name, Func<TopicDocument, TopicDocument> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return await UpdateAsync(paths.Topic(name), $"topic {name}", (data, stat) => DocumentReader.Topic(name, data.Span, stat),
            now => now.Document, now => change(now.Document), DocumentJson.Instance.TopicDocument,
            (now, document, stat) => now with { Document = document, Version = stat.Version }, cancellationToken);
    }

    /// <summary>Makes a pending subscription active, as the first consumer that serves it does; nothing else of it changes,
    /// also when management writes at the same time (W9). Another state, or another subscription of that name, is left alone.</summary>
    public async Task ActivatePendingAsync(SubscriptionName name, long identity, CancellationToken cancellationToken)
    {
        await UpdateAsync(paths.Subscription(name), $"subscription {name}", (data, stat) => DocumentReader.Subscription(name, data.Span, stat),
            now => now.Document,
            now => now.Identity == identity && (now.Document.State ?? SubscriptionState.Pending) == SubscriptionState.Pending
                ? now.Document with { State = SubscriptionState.Active }
                : now.Document,
            DocumentJson.Instance.SubscriptionDocument, (now, _, _) => now, cancellationToken);
    }

    /// <summary>Deletes a subscription and all below it, at once.</summary>
    /// <exception cref="RegistryException">There is none.</exception>
    public Task DeleteSubscriptionAsync(SubscriptionName name, CancellationToken cancellationToken) =>
        DeleteSubscriptionAsync(name, [], cancellationToken);

    /// <summary>Deletes a subscription and all below it, at once.</summary>
    /// <param name="name">The subscription.</param>
    /// <param name="alongside">What belongs to its end, in the same transaction.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RegistryException">There is none.</exception>
    /// <exception cref="MultiFailedException">What belongs to its end was refused.</exception>
    public Task DeleteSubscriptionAsync(SubscriptionName name, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken) =>
        DeleteAsync(paths.Subscription(name), $"subscription {name}", keepEmpty: null, alongside, cancellationToken);

    /// <summary>Deletes a topic, at once.</summary>
    /// <exception cref="RegistryException">There is none, or it has subscriptions.</exception>
    public Task DeleteTopicAsync(TopicName name, CancellationToken cancellationToken) =>
        DeleteAsync(paths.Topic(name), $"topic {name}", paths.Subscriptions(name), [], cancellationToken);

    /// <summary>Deletes a group, at once.</summary>
    /// <exception cref="RegistryException">There is none, or it has topics.</exception>
    public Task DeleteGroupAsync(string group, CancellationToken cancellationToken) =>
        DeleteAsync(paths.Group(group), $"group {group}", paths.Topics(group), [], cancellationToken);

    private async Task CreateFoldersAsync(CancellationToken cancellationToken)
    {
        var path = "";
        foreach (var element in paths.Groups.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = $"{path}/{element}";
            if (await zooKeeper.FindAsync(path, cancellationToken) is not null)
                continue;
            try
            {
                await zooKeeper.CreateAsync(path, NotEmpty, CreateMode.Persistent, cancellationToken);
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists) { } // another was first
        }
    }

    private async Task CreateAsync(string what, string? parent, Operation[] operations, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.MultiAsync(operations, cancellationToken);
        }
        catch (MultiFailedException e) when (e.Code is ErrorCode.NodeExists && e.Index == 0)
        {
            throw new RegistryException(RegistryFault.AlreadyExists, $"There is a {what} already.", e);
        }
        catch (MultiFailedException e) when (e.Code is ErrorCode.NoNode && e.Index == 0 && parent is not null)
        {
            throw new RegistryException(RegistryFault.NotFound, $"There is no {parent}.", e);
        }
    }

    private async Task<TRegistered> UpdateAsync<TRegistered, TDocument>(
        string path, string what, Func<ReadOnlyMemory<byte>, NodeStat, TRegistered> read, Func<TRegistered, TDocument> current, Func<TRegistered, TDocument> change,
        JsonTypeInfo<TDocument> type, Func<TRegistered, TDocument, NodeStat, TRegistered> written, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await zooKeeper.TryGetAsync(path, cancellationToken) is not { } node)
                throw RegistryReader.Missing(what);
            var now = read(node.Data, node.Stat);
            var document = change(now);
            if (EqualityComparer<TDocument>.Default.Equals(document, current(now)))
                return now;
            var data = DocumentReader.Write(document, type);
            try
            {
                return written(now, document, await zooKeeper.SetAsync(path, data, node.Stat.Version, cancellationToken));
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.BadVersion or ErrorCode.NoNode)
            {
                // Changed or deleted meanwhile: look again.
            }
        }
    }

    /// <summary>Deletes a node and all below it in one multi, so that nobody sees a half of it.</summary>
    private async Task DeleteAsync(string path, string what, string? keepEmpty, IReadOnlyList<Operation> alongside, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (keepEmpty is not null && await zooKeeper.TryGetChildrenAsync(keepEmpty, cancellationToken) is { Names.Count: > 0 } full)
            {
                throw new RegistryException(RegistryFault.NotEmpty,
                    $"The {what} is not empty: it still has {string.Join(", ", full.Names.Order(StringComparer.Ordinal))}.");
            }
            var nodes = new List<string>();
            await CollectAsync(path, nodes, cancellationToken);
            if (nodes.Count == 0)
                throw RegistryReader.Missing(what);
            nodes.Reverse(); // children first
            try
            {
                await zooKeeper.MultiAsync([.. nodes.Select(n => Operation.Delete(n, NodeVersion.Any)), .. alongside], cancellationToken);
                return;
            }
            catch (MultiFailedException e) when (e.Index < nodes.Count && e.Code is (ErrorCode.NotEmpty or ErrorCode.NoNode))
            {
                // A counter or a child came or went meanwhile: look again.
            }
        }
    }

    private async Task CollectAsync(string path, List<string> into, CancellationToken cancellationToken)
    {
        if (await zooKeeper.TryGetChildrenAsync(path, cancellationToken) is not { } children)
            return;
        into.Add(path);
        foreach (var name in children.Names)
            await CollectAsync($"{path}/{name}", into, cancellationToken);
    }
}
