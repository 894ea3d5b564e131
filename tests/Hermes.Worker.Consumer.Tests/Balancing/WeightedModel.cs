using FsCheck.Xunit;
using Hermes.Shared.Fleet;
using Hermes.Worker.Consumer.Balancing;

namespace Hermes.Worker.Consumer.Tests.Balancing;

/// <summary>The weighted strategy on random fleets and loads, beside what can be counted by hand.</summary>
public sealed class WeightedModel
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    [Property(MaxTest = 500)]
    public void Every_subscription_gets_what_it_needs_and_nobody_too_much(int seed)
    {
        var random = new Random(seed);
        var state = WorkStates.Random(random);
        WorkStates.CheckPlan(state, WeightedStrategy.Balance(state, RandomWeights(state, random)));
    }

    [Property(MaxTest = 300)]
    public void Rounds_come_to_rest_and_what_is_above_the_shares_never_grows(int seed)
    {
        var random = new Random(seed);
        var state = WorkStates.Random(random) with { MaxPerConsumer = 200 };
        var weights = RandomWeights(state, random) with { Unstable = new HashSet<long>() };
        state = state.After(WeightedStrategy.Balance(state, weights)); // everything has its place now
        var above = Above(state, weights);
        for (var round = 0; ; round++)
        {
            Assert.True(round < 100, "It does not come to rest.");
            var plan = WeightedStrategy.Balance(state, weights);
            if (WorkStates.Taken(state, plan) == 0)
                break;
            state = state.After(plan);
            Assert.True(Above(state, weights) <= (above * 1.000001) + 1e-3, $"{above} were above the shares, and then {Above(state, weights)}.");
            above = Above(state, weights);
        }
    }

    [Fact]
    public void A_new_consumer_gets_its_share_of_what_is_heavy()
    {
        var state = new WorkState(Enumerable.Range(1, 8).ToDictionary(i => (long)i, _ => 1), ["a", "b"],
            new Dictionary<string, IReadOnlySet<long>> { ["a"] = Enumerable.Range(1, 8).Select(i => (long)i).ToHashSet() }, MaxPerConsumer: 200);
        var weights = new Weights(state.Needs.Keys.ToDictionary(id => id, _ => 10.0), LoadProfiles.EqualShares(state.Consumers), new HashSet<long>(), 0.05);
        var plan = WeightedStrategy.Balance(state, weights);
        Assert.Equal([4, 4], plan.Values.Select(w => w.Count));
    }

    [Fact]
    public void Heavy_and_light_are_swapped_unless_they_were_moved_lately()
    {
        var state = new WorkState(new Dictionary<long, int> { [1] = 1, [2] = 1, [3] = 1, [4] = 1 }, ["a", "b"],
            new Dictionary<string, IReadOnlySet<long>> { ["a"] = new HashSet<long> { 1, 2 }, ["b"] = new HashSet<long> { 3, 4 } }, MaxPerConsumer: 200);
        var weights = new Weights(new Dictionary<long, double> { [1] = 100, [2] = 100, [3] = 10, [4] = 10 }, LoadProfiles.EqualShares(state.Consumers), new HashSet<long>(), 0.05);
        Assert.All(WeightedStrategy.Balance(state, weights).Values, work => Assert.Equal(110, weights.Of(work)));
        var resting = weights with { Unstable = new HashSet<long> { 1, 2 } };
        Assert.Equal(0, WorkStates.Taken(state, WeightedStrategy.Balance(state, resting)));
    }

    [Fact]
    public void A_swap_for_less_than_the_least_change_is_not_made()
    {
        var state = new WorkState(new Dictionary<long, int> { [1] = 1, [2] = 1 }, ["a", "b"],
            new Dictionary<string, IReadOnlySet<long>> { ["a"] = new HashSet<long> { 1 }, ["b"] = new HashSet<long> { 2 } }, MaxPerConsumer: 200);
        var weights = new Weights(new Dictionary<long, double> { [1] = 102, [2] = 100 }, new Dictionary<string, double> { ["a"] = 0.4, ["b"] = 0.6 }, new HashSet<long>(), 0.05);
        Assert.Equal(0, WorkStates.Taken(state, WeightedStrategy.Balance(state, weights)));
        Assert.Equal(2, WorkStates.Taken(state, WeightedStrategy.Balance(state, weights with { MinChange = 0.01 })));
    }

    [Fact]
    public void A_weight_follows_the_largest_report_slowly()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(56);
        var first = LoadProfiles.Update(null, [Load(0.5, (1, 100)), Load(0.5, (1, 300))], [1, 2], start, Window);
        Assert.Equal(300, first.Profiles[1].OperationsPerSecond);
        Assert.Equal(0, first.Profiles[2].OperationsPerSecond);
        var later = LoadProfiles.Update(first, [Load(0.5, (1, 100))], [1], start + Window, Window);
        Assert.Equal(100 + (200 / Math.E), later.Profiles[1].OperationsPerSecond, 6);
        Assert.DoesNotContain(2, later.Profiles);
        Assert.Equal(later.Profiles[1], LoadProfiles.Update(later, [], [1], start + (2 * Window), Window).Profiles[1]); // nobody has reported
    }

    [Fact]
    public void A_busy_consumer_scores_less_and_one_that_has_not_reported_the_average()
    {
        var loads = new Dictionary<string, ConsumerLoad> { ["a"] = Load(0.9, (1, 50)), ["b"] = Load(0.1, (1, 50)) };
        var scores = LoadProfiles.Scores(new Dictionary<string, double>(), loads, ["a", "b", "c"], gain: 1, smoothing: 1);
        Assert.Equal(0.1, scores["a"], 6); // half of the operations, and 0.4 above the mean
        Assert.Equal(0.9, scores["b"], 6);
        Assert.Equal(0.5, scores["c"], 6);
        Assert.Equal(1, LoadProfiles.Shares(scores).Values.Sum(), 6);
        var unknown = LoadProfiles.Scores(new Dictionary<string, double>(), new Dictionary<string, ConsumerLoad> { ["a"] = Load(ConsumerLoad.Unknown, (1, double.NaN)) }, ["a"], 1, 1);
        Assert.Equal(1, unknown["a"]);
    }

    private static double Above(WorkState state, Weights weights)
    {
        var total = state.Assigned.Values.Sum(weights.Of);
        return state.Assigned.Sum(a => Math.Max(0, weights.Of(a.Value) - (total * weights.Shares[a.Key])));
    }

    private static ConsumerLoad Load(double cpu, params (long Id, double Operations)[] operations) => new(cpu, operations.ToDictionary(o => o.Id, o => o.Operations));

    private static Weights RandomWeights(WorkState state, Random random)
    {
        var scores = state.Consumers.ToDictionary(c => c, _ => random.Next(3) == 0 ? random.NextDouble() + 0.01 : 0.5, StringComparer.Ordinal);
        return new(state.Needs.Keys.ToDictionary(id => id, _ => (double)random.Next(0, 1000)), LoadProfiles.Shares(scores),
            state.Needs.Keys.Where(_ => random.Next(4) == 0).ToHashSet(), 0.05);
    }
}
