using System.Text.Json;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>Watches the groups that nobody seems to use, plans the deletion of those that have been so for long, and carries a
/// plan out when it was asked for, or where the settings say so.</summary>
internal sealed partial class InactiveDuty(
    IZooKeeper zooKeeper, JanitorPaths paths, GroupRecords records, AbandonedGroups abandoned, GroupDeletion deletion, ServerClock server, JanitorOptions options,
    JanitorMetrics metrics, ILogger<InactiveDuty> logger)
{
    private const int KeptPlans = 20;

    /// <summary>Looks at all groups once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        var found = await abandoned.FindAsync(cancellationToken);
        var now = await server.NowAsync(cancellationToken);
        var ripe = await ObserveAsync(term, found, now, cancellationToken);
        metrics.Inactive(found.Count, ripe.Count);
        var newest = await PlanAsync(term, ripe, now, cancellationToken);
        var left = options.MostDeletions;
        foreach (var id in await records.PlansAsync(cancellationToken))
        {
            var isAsked = await zooKeeper.FindAsync(paths.Apply(id), cancellationToken) is not null;
            if ((isAsked || (!options.DryRun && id == newest)) && await records.FindPlanAsync(id, cancellationToken) is { } plan)
            {
                left = await CarryOutAsync(term, plan, ripe, left, now, cancellationToken);
                // Done with: a group that is abandoned another time needs another plan.
                if (isAsked && left > 0)
                    await zooKeeper.MultiAsync([term.Guard, Operation.Delete(paths.Apply(id), NodeVersion.Any), Operation.Delete(paths.Plan(id), NodeVersion.Any)], cancellationToken);
            }
        }
    }

    /// <returns>The groups that have been at rest for long enough, seen more than once.</returns>
    private async Task<Dictionary<string, Observation>> ObserveAsync(
        LeadershipTerm term, IReadOnlyDictionary<string, (SubscriptionName Subscription, IReadOnlyList<KeptOffset> Offsets)> found, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ripe = new Dictionary<string, Observation>(StringComparer.Ordinal);
        var known = (await zooKeeper.TryGetChildrenAsync(paths.Observations, cancellationToken))?.Names ?? [];
        foreach (var active in known.Where(group => !found.ContainsKey(group)))
            await TryAsync(term, Operation.Delete(paths.Observation(active), NodeVersion.Any), cancellationToken);
        foreach (var (group, (subscription, offsets)) in found)
        {
            var before = await zooKeeper.TryGetAsync(paths.Observation(group), cancellationToken);
            var observation = Rest.Continue(before is { } node ? Read(node) : null, subscription, offsets, now, options.LongestStep);
            var data = JsonSerializer.SerializeToUtf8Bytes(observation, JanitorJson.Instance.Observation);
            await TryAsync(term, before is { } there ? Operation.Set(paths.Observation(group), data, there.Stat.Version) : Operation.Create(paths.Observation(group), data, CreateMode.Persistent), cancellationToken);
            if (Rest.IsRipe(observation, options.InactiveAfter))
                ripe[group] = observation;
        }
        return ripe;
    }

    private static Observation? Read(NodeData node)
    {
        try
        {
            return JsonSerializer.Deserialize(node.Data.Span, JanitorJson.Instance.Observation);
        }
        catch (JsonException)
        {
            return null; // begun anew
        }
    }

    /// <returns>The plan for what is ripe; a new one only where the newest says something else.</returns>
    private async Task<string?> PlanAsync(LeadershipTerm term, Dictionary<string, Observation> ripe, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var plans = await records.PlansAsync(cancellationToken);
        foreach (var old in plans.SkipLast(KeptPlans))
        {
            if (await zooKeeper.FindAsync(paths.Apply(old), cancellationToken) is not null)
                await TryAsync(term, Operation.Delete(paths.Apply(old), NodeVersion.Any), cancellationToken);
            await TryAsync(term, Operation.Delete(paths.Plan(old), NodeVersion.Any), cancellationToken);
        }
        if (ripe.Count == 0)
            return null;
        var groups = ripe.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => new PlannedGroup(r.Key, r.Value.Subscription, r.Value.FirstSeen, r.Value.Looks)).ToList();
        if (plans.Count > 0 && await records.FindPlanAsync(plans[^1], cancellationToken) is { } newest
            && newest.Groups.Select(g => (g.Group, g.FirstSeen)).SequenceEqual(groups.Select(g => (g.Group, g.FirstSeen))))
            return plans[^1];
        var id = Guid.CreateVersion7().ToString();
        var data = JsonSerializer.SerializeToUtf8Bytes(new GroupPlan(now, WorkerHost.Worker, groups), JanitorJson.Instance.GroupPlan);
        await zooKeeper.MultiAsync([term.Guard, Operation.Create(paths.Plan(id), data, CreateMode.Persistent)], cancellationToken);
        Log.Planned(logger, id, groups.Count, options.DryRun);
        return id;
    }

    /// <returns>How many more may be deleted in this run.</returns>
    private async Task<int> CarryOutAsync(LeadershipTerm term, GroupPlan plan, Dictionary<string, Observation> ripe, int left, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Of a plan only what is still so: what has moved since is ripe no more.
        foreach (var planned in plan.Groups.Where(g => ripe.TryGetValue(g.Group, out var seen) && seen.FirstSeen == g.FirstSeen))
        {
            if (left == 0)
            {
                Log.Capped(logger, options.MostDeletions);
                return 0;
            }
            var end = Operation.Delete(paths.Observation(planned.Group), NodeVersion.Any);
            var outcome = await deletion.RunAsync(term, SubscriptionName.Parse(planned.Subscription), $"abandoned since {planned.FirstSeen:O}, seen so {planned.Looks} times", now, [end], cancellationToken);
            ripe.Remove(planned.Group);
            left--;
            if (outcome is not (DeletionOutcome.Deleted or DeletionOutcome.Absent))
            {
                metrics.Spared(outcome.ToString());
                Log.Spared(logger, planned.Group, outcome);
            }
        }
        return left;
    }

    private async Task TryAsync(LeadershipTerm term, Operation operation, CancellationToken cancellationToken)
    {
        try
        {
            await zooKeeper.MultiAsync([term.Guard, operation], cancellationToken);
        }
        catch (MultiFailedException e) when (e.Index > 0)
        {
            // Somebody has changed it meanwhile: it is looked at again next time.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Planned, LogLevel.Information, "Plan {Plan}: {Groups} abandoned groups are to be deleted (dry run: {DryRun})")]
        public static partial void Planned(ILogger logger, string plan, int groups, bool dryRun);

        [LoggerMessage(LogEvents.Capped, LogLevel.Warning, "{Deletions} groups are enough for one run; the others follow")]
        public static partial void Capped(ILogger logger, int deletions);

        [LoggerMessage(LogEvents.Spared, LogLevel.Information, "Group {Group} looked abandoned and is spared: {Outcome}")]
        public static partial void Spared(ILogger logger, string group, DeletionOutcome outcome);
    }
}
