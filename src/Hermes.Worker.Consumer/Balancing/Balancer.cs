using Hermes.Shared.Fleet;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Telemetry;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>The leader's work: gives the subscriptions to the consumers that are there, at each change of either and by time.</summary>
internal sealed partial class Balancer(
    IZooKeeper zooKeeper, FleetPaths paths, RegistryView registry, AssignmentView assignments, WeightBook book, BalancingOptions options, ConsumerMetrics metrics,
    ILogger<Balancer> logger, TimeProvider clock, Heartbeats heartbeats)
{
    // Changes that come together are answered together.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private readonly Outage _outage = new("The balancing of the fleet", logger, clock);

    /// <summary>Balances until the term ends.</summary>
    public async Task RunAsync(LeadershipTerm term, CancellationToken ended)
    {
        using var heartbeat = heartbeats.Register("balancing", LongestSilence, Servers.ZooKeeper);
        using var nudge = new Nudge();
        await using var members = TreeView.Start(zooKeeper, paths.Nodes, new(), logger, clock);
        await using var constraints = TreeView.Start(zooKeeper, paths.Constraints, new(), logger, clock);
        var changes = registry.Subscribe();
        assignments.Listen(nudge);
        var following = Task.WhenAll(
            nudge.FollowAsync(members.Subscribe(), ended), nudge.FollowAsync(constraints.Subscribe(), ended), nudge.FollowAsync(changes, ended));
        var liveness = new Liveness(options.DeadAfter, options.OutageGrace, clock);
        var needs = new WorkNeeds(registry, constraints, paths, options, logger);
        try
        {
            while (true)
            {
                heartbeat.Beat();
                var patience = options.Interval;
                if (members.IsCurrent && constraints.IsCurrent && assignments.IsCurrent && registry.IsCurrent)
                    patience = await TryRoundAsync(term, members, needs, liveness, ended) ? Sooner(patience, liveness.NextDeath) : RetryPause;
                await Task.Delay(BetweenRounds, clock, ended);
                heartbeat.Rest(patience);
                await nudge.WaitAsync(patience, ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Another leads now, or we stop.
        }
        finally
        {
            assignments.Unlisten(nudge);
            registry.Unsubscribe(changes);
            await following;
        }
    }

    private async Task<bool> TryRoundAsync(LeadershipTerm term, TreeView members, WorkNeeds needs, Liveness liveness, CancellationToken ended)
    {
        try
        {
            await RoundAsync(term, members, needs, liveness, ended);
            _outage.Works();
            return true;
        }
        catch (MultiFailedException e)
        {
            // What was seen is not what is: by the next look it is, or another leads.
            Log.Overtaken(logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ended.IsCancellationRequested)
        {
            if (_outage.Fails(e))
                Log.RoundFailed(logger, e, RetryPause);
        }
        return false;
    }

    private async Task RoundAsync(LeadershipTerm term, TreeView members, WorkNeeds needs, Liveness liveness, CancellationToken ended)
    {
        var nodes = assignments.Nodes;
        var alive = liveness.Look(members.Children(paths.Nodes), nodes.Keys);
        if (alive.Count == 0)
            return; // not even ourselves: somebody else's view of the fleet is better
        var assigned = nodes.Where(n => n.Value.Work is not null).ToDictionary(n => n.Key, n => n.Value.Work!, StringComparer.Ordinal);
        var state = new WorkState(needs.Read(), alive, assigned, options.MaxSubscriptionsPerConsumer);
        var plan = options.Strategy is BalancingStrategy.Weighted
            ? WeightedStrategy.Balance(state, await book.ReadAsync(state, ended))
            : SelectiveStrategy.Balance(state);
        var writes = WritesOf(plan, nodes, alive);
        await zooKeeper.WriteAsync(term, writes, ended);
        Account(plan, state, writes.Count);
        if (options.Strategy is BalancingStrategy.Weighted)
            await book.WriteAsync(term, plan, state, ended);
    }

    /// <summary>Each node that is to change: all of them go into one transaction, so that nothing is served by nobody meanwhile.</summary>
    private List<Operation> WritesOf(IReadOnlyDictionary<string, SortedSet<long>> plan, IReadOnlyDictionary<string, AssignmentNode> nodes, IReadOnlyCollection<string> alive)
    {
        var writes = new List<Operation>();
        foreach (var (consumer, work) in plan)
        {
            var path = paths.Assignment(consumer);
            if (!nodes.TryGetValue(consumer, out var node))
                writes.Add(Operation.Create(path, AssignedWork.Write(work), CreateMode.Persistent)); // also an empty one: it takes back what was kept
            else if (node.Work?.SetEquals(work) is not true)
                writes.Add(Operation.Set(path, AssignedWork.Write(work), node.Version));
        }
        foreach (var (consumer, node) in nodes.Where(n => !alive.Contains(n.Key)))
        {
            writes.Add(Operation.Delete(paths.Assignment(consumer), node.Version));
            Log.Dead(logger, consumer, node.Work?.Count ?? 0);
        }
        return writes;
    }

    private void Account(IReadOnlyDictionary<string, SortedSet<long>> plan, WorkState state, int writes)
    {
        if (writes == 0)
            return;
        var given = plan.Sum(p => p.Value.Count(id => !(state.Assigned.TryGetValue(p.Key, out var before) && before.Contains(id))));
        var taken = state.Assigned.Sum(a => a.Value.Count(id => !(plan.TryGetValue(a.Key, out var now) && now.Contains(id))));
        var wanting = state.Needs.Count(n => plan.Count(p => p.Value.Contains(n.Key)) < Math.Min(n.Value, plan.Count));
        metrics.Balanced(given, taken);
        Log.Balanced(logger, state.Needs.Count, plan.Count, given, taken);
        if (wanting > 0)
            Log.TooLittleRoom(logger, wanting, plan.Count, options.MaxSubscriptionsPerConsumer);
    }

    private static TimeSpan Sooner(TimeSpan one, TimeSpan? other) => other is { } sooner && sooner < one ? sooner : one;

    private static partial class Log
    {
        [LoggerMessage(LogEvents.Balanced, LogLevel.Information, "Balanced {Subscriptions} subscriptions over {Consumers} consumers: {Given} assignments given, {Taken} taken")]
        public static partial void Balanced(ILogger logger, int subscriptions, int consumers, int given, int taken);

        [LoggerMessage(LogEvents.ConsumerDead, LogLevel.Information, "Consumer {Consumer} is gone; its {Subscriptions} subscriptions go to others")]
        public static partial void Dead(ILogger logger, string consumer, int subscriptions);

        [LoggerMessage(LogEvents.TooLittleRoom, LogLevel.Warning,
            "{Subscriptions} subscriptions have fewer consumers than they are to have: {Consumers} consumers may serve {Most} each (Balancing:MaxSubscriptionsPerConsumer)")]
        public static partial void TooLittleRoom(ILogger logger, int subscriptions, int consumers, int most);

        [LoggerMessage(LogEvents.BalancingOvertaken, LogLevel.Debug, "A plan was out of date before it was written, and is made anew: {Reason}")]
        public static partial void Overtaken(ILogger logger, string reason);

        [LoggerMessage(LogEvents.BalancingFailed, LogLevel.Error, "The fleet could not be balanced now; tried again in {Pause}")]
        public static partial void RoundFailed(ILogger logger, Exception exception, TimeSpan pause);
    }
}
