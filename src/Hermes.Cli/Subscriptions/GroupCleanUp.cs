using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Subscriptions;

/// <summary>The task that asks for the deletion of a deleted subscription's consumer group
/// (<c>consumer-group-to-delete/tasks/{group.topic$subscription}</c>), as Hermes's management leaves it for its clean-up.</summary>
/// <remarks>It is written in the transaction that deletes the subscription, and withdrawn in the one that creates a
/// subscription of that name again, so that no task is ever lost, and none outlives its reason.</remarks>
internal sealed class GroupCleanUp(IZooKeeper zooKeeper, JanitorPaths paths, string datacenter, TimeProvider clock)
{
    /// <summary>What to do alongside the deletion: a new task, or the present one asked for anew.</summary>
    public async Task<IReadOnlyList<Operation>> AskAsync(SubscriptionName name, CancellationToken cancellationToken)
    {
        await zooKeeper.CreateMissingAsync(cancellationToken, paths.TaskFolders);
        var task = paths.Task(name);
        var data = new CleanUpTask(name, datacenter).Write(clock.GetUtcNow());
        return await zooKeeper.FindAsync(task, cancellationToken) is { } present
            ? [Operation.Set(task, data, present.Version)]
            : [Operation.Create(task, data, CreateMode.Persistent)];
    }

    /// <summary>What to do alongside the creation: the end of a waiting task, if there is one.</summary>
    public async Task<IReadOnlyList<Operation>> WithdrawAsync(SubscriptionName name, CancellationToken cancellationToken)
    {
        var task = paths.Task(name);
        return await zooKeeper.FindAsync(task, cancellationToken) is { } present ? [Operation.Delete(task, present.Version)] : [];
    }
}
