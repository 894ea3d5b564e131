using Confluent.Kafka;
using Hermes.Shared.Kafka;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>Looks freshly at all that may speak against some deletions, at all of them at once: first in ZooKeeper, then at the
/// groups' members, last at their offsets. What fails for one fails for no other.</summary>
internal sealed class FreshLook(SubscriptionLook subscriptions, IGroupAdministration kafka)
{
    /// <returns>What was found, in the order of what was asked.</returns>
    public async Task<IReadOnlyList<Sight>> AtAsync(IReadOnlyList<IDeletable> all, CancellationToken cancellationToken)
    {
        await subscriptions.CatchUpAsync(cancellationToken);
        var registry = await Task.WhenAll(all.Select(what => RegistryAsync(what, cancellationToken)));
        var sights = registry.Select(r => new Sight(r.Look.Obstacle, [], r.Failure)).ToArray();

        // Of offsets that were left behind it does not matter whether the group has members: the broker knows what they read.
        var states = await kafka.FindGroupsAsync([.. Open(i => all[i].Topic is null).Select(i => all[i].Group).Distinct(StringComparer.Ordinal)]);
        foreach (var i in Open(i => all[i].Topic is null))
        {
            sights[i] = states[all[i].Group] switch
            {
                { Failure: { } failure } => sights[i] with { Failure = failure },
                { Found: null } => sights[i] with { Obstacle = DeletionOutcome.Absent },
                { Found: { State: not ConsumerGroupState.Empty } or { Members: > 0 } } => sights[i] with { Obstacle = DeletionOutcome.NotEmpty },
                _ => sights[i],
            };
        }

        var committed = await kafka.AllCommittedAsync([.. Open(_ => true).Select(i => all[i].Group).Distinct(StringComparer.Ordinal)]);
        foreach (var i in Open(_ => true))
        {
            sights[i] = committed[all[i].Group] switch
            {
                { Failure: { } failure } => sights[i] with { Failure = failure },
                { Found: var offsets } => new(all[i].ObstacleIn(registry[i].Look, offsets), all[i].Of(offsets)),
            };
        }
        return sights;

        List<int> Open(Func<int, bool> which) => [.. Enumerable.Range(0, all.Count).Where(i => sights[i] is { Obstacle: null, Failure: null } && which(i))];
    }

    private static async Task<(RegistryLook Look, Exception? Failure)> RegistryAsync(IDeletable what, CancellationToken cancellationToken)
    {
        try
        {
            return (await what.LookAsync(cancellationToken), null);
        }
        catch (Exception e) when (e is not OperationCanceledException) // the others go on
        {
            return (default, e);
        }
    }
}
