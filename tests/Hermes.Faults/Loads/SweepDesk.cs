using System.Globalization;
using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing.Installations;
using Hermes.ZooKeeper;

namespace Hermes.Faults.Loads;

/// <summary>Gives the janitors work: subscriptions that are deleted with a clean-up task, and groups that belong to nobody.</summary>
internal sealed class SweepDesk(HermesInstallation hermes, string endpoint)
{
    private const string Datacenter = "dc";
    private readonly Lock _gate = new();
    private readonly List<string> _doomed = [];
    private int _made;

    /// <summary>Groups that must go.</summary>
    public IReadOnlyList<string> Doomed
    {
        get
        {
            lock (_gate)
                return [.. _doomed];
        }
    }

    /// <summary>Makes such a group every so often, of the two kinds in turns, until it is told to stop.</summary>
    public async Task RunAsync(TimeSpan every, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            for (var isTask = true; await timer.WaitForNextTickAsync(stop); isTask = !isTask)
            {
                if (isTask)
                    await DeleteOneAsync(CancellationToken.None);
                else
                    await AbandonOneAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) { } // enough
    }

    /// <summary>A subscription is created and deleted again, with Hermes's task to delete its group.</summary>
    /// <returns>The group.</returns>
    public async Task<string> DeleteOneAsync(CancellationToken cancellationToken)
    {
        var name = NextName("gone");
        var subscription = new SubscriptionName(HermesInstallation.Topic, name);
        await Stubborn.DoAsync(async () =>
        {
            try
            {
                await hermes.SubscribeAsync(name, endpoint + name);
            }
            catch (RegistryException e) when (e.Fault is RegistryFault.AlreadyExists) { } // the answer to the first attempt was lost
        }, $"subscription {name}", cancellationToken);
        var paths = new JanitorPaths(hermes.Paths);
        await Stubborn.DoAsync(() => hermes.ZooKeeper.CreateMissingAsync(cancellationToken, [.. paths.TaskFolders]), "the folders of tasks", cancellationToken);
        var task = Operation.Create(paths.Task(subscription), new CleanUpTask(subscription, Datacenter).Write(TimeProvider.System.GetUtcNow()), CreateMode.Persistent);
        await Stubborn.DoAsync(async () =>
        {
            try
            {
                await hermes.Registry.DeleteSubscriptionAsync(subscription, [task], cancellationToken);
            }
            catch (RegistryException e) when (e.Fault is RegistryFault.NotFound) { } // the same
        }, $"the end of subscription {name}", cancellationToken);
        return Doom(hermes.Names.ConsumerGroup(subscription));
    }

    /// <summary>A group commits, and nobody knows of it.</summary>
    private async Task AbandonOneAsync(CancellationToken cancellationToken)
    {
        var group = hermes.Names.ConsumerGroup(new(HermesInstallation.Topic, NextName("left")));
        await CommitAsync(group, cancellationToken);
        Doom(group);
    }

    /// <summary>Commits the first offset of a partition for a group.</summary>
    public Task CommitAsync(string group, CancellationToken cancellationToken) =>
        Stubborn.DoAsync(() => hermes.Administration.CommitAsync(group, [new TopicPartitionOffset(hermes.KafkaTopic, 0, 0)]), $"offsets of {group}", cancellationToken);

    /// <summary>Those of the groups that are still there.</summary>
    public async Task<IReadOnlyList<string>> LeftAsync(CancellationToken cancellationToken)
    {
        var groups = await Stubborn.DoAsync(() => hermes.Administration.GroupsAsync(), "the list of groups", cancellationToken);
        return [.. groups.Select(g => g.Id).Intersect(Doomed, StringComparer.Ordinal)];
    }

    private string NextName(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}{Interlocked.Increment(ref _made)}");

    private string Doom(string group)
    {
        lock (_gate)
            _doomed.Add(group);
        return group;
    }
}
