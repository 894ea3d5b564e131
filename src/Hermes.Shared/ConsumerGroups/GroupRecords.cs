using System.Text.Json;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>Tombstones and history as they stand in the tree.</summary>
public sealed class GroupRecords(IZooKeeper zooKeeper, JanitorPaths paths)
{
    /// <summary>Makes the folders, unless they are there; never the root itself.</summary>
    /// <exception cref="ZooKeeperException">There is no root, or the right to create nodes is missing.</exception>
    public Task CreateFoldersAsync(CancellationToken cancellationToken) =>
        zooKeeper.CreateMissingAsync(cancellationToken, paths.Folder, paths.Tombstones, paths.History, paths.Observations, paths.Plans);

    /// <summary>A tombstone, by its <see cref="GroupKey"/>, and the version of its node; <see langword="null"/> when there is none.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public async Task<(Tombstone Tombstone, int Version)?> FindAsync(string key, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Tombstone(key), cancellationToken) is { } node
            ? (JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.Tombstone)!, node.Stat.Version)
            : null;

    /// <summary>The keys of all tombstones.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        (await zooKeeper.TryGetChildrenAsync(paths.Tombstones, cancellationToken))?.Names ?? [];

    /// <summary>Writes a tombstone, over the version that was read.</summary>
    public Operation Write(Tombstone tombstone, int? version)
    {
        ArgumentNullException.ThrowIfNull(tombstone);
        var data = JsonSerializer.SerializeToUtf8Bytes(tombstone, JanitorJson.Instance.Tombstone);
        return version is { } read
            ? Operation.Set(paths.Tombstone(tombstone.Key), data, read)
            : Operation.Create(paths.Tombstone(tombstone.Key), data, CreateMode.Persistent);
    }

    /// <summary>Demands that a tombstone, by its <see cref="GroupKey"/>, is as it was read.</summary>
    public Operation Stands(string key, int version) => Operation.Check(paths.Tombstone(key), version);

    /// <summary>Notes an event.</summary>
    public Operation Note(GroupEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return Operation.Create($"{paths.History}/{Guid.CreateVersion7(happened.At)}", JsonSerializer.SerializeToUtf8Bytes(happened, JanitorJson.Instance.GroupEvent), CreateMode.Persistent);
    }

    /// <summary>The deletion of the events from before a moment.</summary>
    public async Task<IReadOnlyList<Operation>> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        // An event's name is a UUID of version 7, which sorts by its time.
        var first = Guid.CreateVersion7(before).ToString()[..13];
        var names = (await zooKeeper.TryGetChildrenAsync(paths.History, cancellationToken))?.Names ?? [];
        return [.. names.Where(n => string.CompareOrdinal(n, first) < 0).Select(n => Operation.Delete($"{paths.History}/{n}", NodeVersion.Any))];
    }

    /// <summary>By which rules the janitor that leads finds groups abandoned; <see langword="null"/>: none has led yet.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public async Task<GroupPolicy?> FindPolicyAsync(CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Policy, cancellationToken) is { } node ? JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.GroupPolicy) : null;

    /// <summary>What was seen of a group, by its <see cref="GroupKey"/>; <see langword="null"/>: nothing.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public async Task<Observation?> FindObservationAsync(string key, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Observation(key), cancellationToken) is { } node ? JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.Observation) : null;

    /// <summary>The plans' ids, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> PlansAsync(CancellationToken cancellationToken) =>
        [.. ((await zooKeeper.TryGetChildrenAsync(paths.Plans, cancellationToken))?.Names ?? []).Order(StringComparer.Ordinal)];

    /// <summary>A plan; <see langword="null"/> when there is none of that id.</summary>
    /// <exception cref="JsonException">It cannot be read.</exception>
    public async Task<GroupPlan?> FindPlanAsync(string id, CancellationToken cancellationToken) =>
        await zooKeeper.TryGetAsync(paths.Plan(id), cancellationToken) is { } node ? JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.GroupPlan) : null;

    /// <summary>Asks for a plan to be carried out; again, it changes nothing.</summary>
    /// <returns>False: there is no such plan.</returns>
    public async Task<bool> ApplyAsync(string id, string by, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.CreateAsync(paths.Apply(id), System.Text.Encoding.UTF8.GetBytes(by), CreateMode.Persistent, cancellationToken);
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
        {
            // Asked before.
        }
        catch (ZooKeeperException e) when (e.Code is ErrorCode.NoNode)
        {
            return false;
        }
        return true;
    }

    /// <summary>The events, the oldest first; those that cannot be read are left out.</summary>
    public async Task<IReadOnlyList<GroupEvent>> HistoryAsync(CancellationToken cancellationToken)
    {
        var names = (await zooKeeper.TryGetChildrenAsync(paths.History, cancellationToken))?.Names ?? [];
        var events = new List<GroupEvent>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            try
            {
                if (await zooKeeper.TryGetAsync($"{paths.History}/{name}", cancellationToken) is { } node
                    && JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.GroupEvent) is { } happened)
                    events.Add(happened);
            }
            catch (JsonException)
            {
                // Somebody else's.
            }
        }
        return events;
    }
}
