using System.Text.Json;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>The plans as nodes, and the rules by which they are made.</summary>
internal sealed partial class PlanBook(IZooKeeper zooKeeper, JanitorPaths paths, GroupRecords records, GroupPolicy policy, ILogger<PlanBook> logger)
{
    private const int KeptPlans = 20;

    /// <summary>Writes the rules down where they are others than before.</summary>
    public async Task PublishAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var data = JsonSerializer.SerializeToUtf8Bytes(policy, JanitorJson.Instance.GroupPolicy);
        var present = await zooKeeper.TryGetAsync(paths.Policy, cancellationToken);
        if (present is { } node && node.Data.Span.SequenceEqual(data))
            return;
        await zooKeeper.MultiAsync(
            [term.Guard, present is null ? Operation.Create(paths.Policy, data, CreateMode.Persistent) : Operation.Set(paths.Policy, data, NodeVersion.Any)], cancellationToken);
    }

    /// <summary>Plans the deletion of what is ripe; anew only where the newest plan says something else. Very old plans go.</summary>
    /// <returns>The plan; <see langword="null"/>: there is nothing to plan.</returns>
    public async Task<string?> PlanAsync(LeadershipTerm term, IEnumerable<(string Key, Observation Seen)> ripe, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var plans = await records.PlansAsync(cancellationToken);
        foreach (var old in plans.SkipLast(KeptPlans))
            await DropAsync(term, old, cancellationToken);
        var groups = ripe.OrderBy(r => r.Key, StringComparer.Ordinal).Select(Planned).ToList();
        if (groups.Count == 0)
            return null;
        if (plans.Count > 0 && await records.FindPlanAsync(plans[^1], cancellationToken) is { } newest
            && newest.Groups.Select(g => (g.Key, g.FirstSeen)).SequenceEqual(groups.Select(g => (g.Key, g.FirstSeen))))
            return plans[^1];
        var id = Guid.CreateVersion7().ToString();
        var data = JsonSerializer.SerializeToUtf8Bytes(new GroupPlan(now, WorkerHost.Worker, groups), JanitorJson.Instance.GroupPlan);
        await zooKeeper.MultiAsync([term.Guard, Operation.Create(paths.Plan(id), data, CreateMode.Persistent)], cancellationToken);
        Log.Planned(logger, id, groups.Count, policy.DryRun);
        return id;
    }

    /// <summary>Whether somebody has asked for a plan to be carried out.</summary>
    public async Task<bool> IsAskedAsync(string id, CancellationToken cancellationToken) => await zooKeeper.FindAsync(paths.Apply(id), cancellationToken) is not null;

    /// <summary>Lets a plan go. If it is asked for at this moment, it stays until the next look.</summary>
    public async Task DropAsync(LeadershipTerm term, string id, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.MultiAsync(
            [
                term.Guard,
                .. await IsAskedAsync(id, cancellationToken) ? [Operation.Delete(paths.Apply(id), NodeVersion.Any)] : Array.Empty<Operation>(),
                Operation.Delete(paths.Plan(id), NodeVersion.Any),
            ], cancellationToken);
        }
        catch (MultiFailedException e) when (e.Index > 0)
        {
            // As said.
        }
    }

    private static PlannedGroup Planned((string Key, Observation Seen) ripe)
    {
        var (group, topic) = GroupKey.Parse(ripe.Key);
        return new(group, ripe.Seen.Subscription, ripe.Seen.FirstSeen, ripe.Seen.Looks, topic);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Planned, LogLevel.Information, "Plan {Plan}: {Groups} abandoned groups are to be deleted (dry run: {DryRun})")]
        public static partial void Planned(ILogger logger, string plan, int groups, bool dryRun);
    }
}
