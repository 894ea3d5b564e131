using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>What ZooKeeper knows of a subscription at this moment, by a server that has seen all that was committed.</summary>
internal sealed class SubscriptionLook(IZooKeeper zooKeeper, HermesPaths hermes, JobPaths jobs)
{
    /// <summary>Has the session see all that was committed before this call.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => zooKeeper.SyncAsync(hermes.Groups, cancellationToken);

    /// <summary>Whether it is in the registry, by a session that has caught up.</summary>
    /// <exception cref="RegistryException">The registry is not there, or it lacks what is always made with the topic: nothing follows.</exception>
    public async Task<bool> IsThereAsync(SubscriptionName subscription, CancellationToken cancellationToken)
    {
        if (await zooKeeper.FindAsync(hermes.Subscription(subscription), cancellationToken) is not null)
            return true;
        var folder = hermes.Subscriptions(subscription.Topic);
        var isComplete = await zooKeeper.FindAsync(folder, cancellationToken) is not null || await zooKeeper.FindAsync(hermes.Topic(subscription.Topic), cancellationToken) is null;
        return isComplete && await zooKeeper.FindAsync(hermes.Groups, cancellationToken) is not null
            ? false
            : throw new RegistryException(RegistryFault.NotFound, $"The registry is not complete, {folder} is missing: nothing is deleted.");
    }

    /// <summary>Whether a retransmission job has its group in its hands.</summary>
    public async Task<bool> IsMovedAsync(SubscriptionName subscription, CancellationToken cancellationToken) =>
        await zooKeeper.FindAsync(jobs.Active(subscription), cancellationToken) is not null;
}
