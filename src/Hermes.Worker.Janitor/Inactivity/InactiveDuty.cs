using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>Watches the groups that nobody seems to use and the offsets that living ones have left behind, plans the deletion of
/// what has been so for long, and carries a plan out when it was asked for, or where the settings say so.</summary>
internal sealed partial class InactiveDuty(
    IZooKeeper zooKeeper, GroupRecords records, GroupSurveyor surveyor, Observations observations, PlanBook plans, Deletables deletables, GroupDeletion deletion,
    ServerClock server, GroupPolicy policy, JanitorOptions options, JanitorMetrics metrics, ILogger<InactiveDuty> logger, TimeProvider clock)
{
    /// <summary>Looks at all groups once.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        await plans.PublishAsync(term, cancellationToken);
        await observations.LoadAsync(term, cancellationToken);
        var now = await server.NowAsync(cancellationToken);
        var survey = await surveyor.LookAsync(observations.LastSeen, now, cancellationToken);
        await observations.UpdateAsync(term, survey, now, cancellationToken);
        var ripe = observations.Ripe.Where(r => policy.Lets(GroupKey.Parse(r.Key).Group)).ToDictionary(r => r.Key, r => r.Seen, StringComparer.Ordinal);
        metrics.Inactive(survey.LookAbandoned, ripe.Count);
        var newest = await plans.PlanAsync(term, ripe.Select(r => (r.Key, r.Value)), now, cancellationToken);
        var left = options.MostDeletions;
        foreach (var id in await records.PlansAsync(cancellationToken))
        {
            var isAsked = await plans.IsAskedAsync(id, cancellationToken);
            if ((isAsked || (!options.DryRun && id == newest)) && await records.FindPlanAsync(id, cancellationToken) is { } plan)
            {
                (left, var isDone) = await CarryOutAsync(term, plan, ripe, left, now, cancellationToken);
                // Done with: a group that is abandoned another time needs another plan.
                if (isAsked && isDone)
                    await plans.DropAsync(term, id, cancellationToken);
            }
        }
    }

    /// <returns>How many more may be deleted in this run, and whether nothing of the plan is left to be done.</returns>
    private async Task<(int Left, bool IsDone)> CarryOutAsync(
        LeadershipTerm term, GroupPlan plan, Dictionary<string, Observation> ripe, int left, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var chosen = new List<(PlannedGroup Planned, Deletion Deletion)>();
        var isDone = true;
        // Of a plan only what is still so: what has moved since is ripe no more.
        foreach (var planned in plan.Groups)
        {
            if (!ripe.TryGetValue(planned.Key, out var seen) || seen.FirstSeen != planned.FirstSeen)
                continue;
            if (chosen.Count == left)
            {
                Log.Capped(logger, options.MostDeletions);
                isDone = false;
                break;
            }
            var reason = $"{(planned.Topic is null ? "abandoned" : "not read")} since {planned.FirstSeen:O}, seen so {planned.Looks} times";
            var what = deletables.Of(SubscriptionName.Parse(planned.Subscription), planned.Topic);
            chosen.Add((planned, new(what, seen.Offsets, reason, [observations.Forgetting(planned.Key)])));
            ripe.Remove(planned.Key);
        }
        await deletion.RunAsync(term, [.. chosen.Select(c => c.Deletion)], now, cancellationToken);
        foreach (var (planned, attempt) in chosen)
        {
            switch (attempt)
            {
                case { Failure: { } failure }: // the others go on, and this one is tried at the next run
                    isDone = false;
                    observations.Doubt();
                    metrics.Spared("failure");
                    Log.Failed(logger, failure, planned.Key);
                    break;
                case { Outcome: DeletionOutcome.Deleted or DeletionOutcome.Absent }:
                    observations.Forget(planned.Key);
                    break;
                default:
                    await SpareAsync(term, planned, attempt.Result(), cancellationToken);
                    break;
            }
        }
        return (left - chosen.Count, isDone);
    }

    /// <summary>It is seen anew from now on.</summary>
    private async Task SpareAsync(LeadershipTerm term, PlannedGroup planned, DeletionOutcome outcome, CancellationToken cancellationToken)
    {
        var account = records.Note(new(clock.GetUtcNow(), WorkerHost.Worker, planned.Group, $"spared{(planned.Topic is { } topic ? $", its offsets of {topic}" : "")}: {outcome.Words}"));
        await zooKeeper.MultiAsync([term.Guard, account, observations.Forgetting(planned.Key)], cancellationToken);
        observations.Forget(planned.Key);
        metrics.Spared(outcome.Reason);
        Log.Spared(logger, planned.Key, outcome.Words);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Capped, LogLevel.Warning, "{Deletions} groups are enough for one run; the others follow")]
        public static partial void Capped(ILogger logger, int deletions);

        [LoggerMessage(LogEvents.Spared, LogLevel.Information, "Group {Group} looked abandoned and is spared: {Reason}")]
        public static partial void Spared(ILogger logger, string group, string reason);

        [LoggerMessage(LogEvents.PlannedFailed, LogLevel.Warning, "The planned deletion of group {Group} ran into a failure; it is tried again at the next run")]
        public static partial void Failed(ILogger logger, Exception exception, string group);
    }
}
