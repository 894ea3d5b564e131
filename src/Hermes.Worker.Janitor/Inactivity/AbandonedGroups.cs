using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>Finds the groups that are ours by exact naming, and have neither a subscription nor members now.</summary>
internal sealed class AbandonedGroups(IZooKeeper zooKeeper, HermesPaths hermes, JanitorPaths paths, RegistryReader registry, KafkaAdministration kafka, KafkaNames names, JanitorOptions options)
{
    /// <returns>The groups, with their subscriptions' names and what they have committed.</returns>
    /// <exception cref="InvalidOperationException">The registry is empty, or so many look abandoned that something else must be wrong.</exception>
    /// <exception cref="RegistryException">A part of the registry cannot be read: nothing follows from the rest.</exception>
    public async Task<IReadOnlyDictionary<string, (SubscriptionName Subscription, IReadOnlyList<KeptOffset> Offsets)>> FindAsync(CancellationToken cancellationToken)
    {
        var owned = await OwnedAsync(cancellationToken);
        var all = await kafka.GroupsAsync();
        var found = new Dictionary<string, (SubscriptionName, IReadOnlyList<KeptOffset>)>(StringComparer.Ordinal);
        foreach (var (id, state) in all)
        {
            if (state is not ConsumerGroupState.Empty || owned.Contains(id) || !options.MayBeInactive(id))
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            var offsets = await kafka.CommittedAsync(id);
            if (names.SubscriptionOf(id, offsets.Select(o => o.Topic)) is { } subscription)
                found[id] = (subscription, KeptOffset.Of(offsets));
        }
        if (found.Count > options.MostCandidates && found.Count > options.LargestShare * all.Count)
        {
            throw new InvalidOperationException(
                $"{found.Count} of {all.Count} groups look abandoned, more than Janitor:LargestShare ({options.LargestShare}) and Janitor:MostCandidates ({options.MostCandidates}) allow: nothing is deleted.");
        }
        return found;
    }

    private async Task<HashSet<string>> OwnedAsync(CancellationToken cancellationToken)
    {
        await zooKeeper.SyncAsync(hermes.Groups, cancellationToken);
        var owned = (await registry.AllSubscriptionsAsync(cancellationToken)).Select(names.ConsumerGroup).ToHashSet(StringComparer.Ordinal);
        if (owned.Count == 0)
            throw new InvalidOperationException($"The registry at {hermes.Groups} has no subscription at all: nothing is deleted.");
        // Those that a task names are the tasks' business.
        foreach (var task in (await zooKeeper.TryGetChildrenAsync(paths.Tasks, cancellationToken))?.Names ?? [])
        {
            if (SubscriptionName.TryParse(task, out var subscription))
                owned.Add(names.ConsumerGroup(subscription));
        }
        return owned;
    }
}
