using FsCheck.Xunit;
using Hermes.Worker.Consumer.Balancing;

namespace Hermes.Worker.Consumer.Tests.Balancing;

/// <summary>The selective strategy on random fleets, beside what can be counted by hand.</summary>
public sealed class SelectiveModel
{
    [Property(MaxTest = 1000)]
    public void Every_subscription_gets_what_it_needs_nobody_too_much_and_all_about_the_same(int seed)
    {
        var state = WorkStates.Random(new(seed));
        var plan = SelectiveStrategy.Balance(state);
        WorkStates.CheckPlan(state, plan);
        Assert.InRange(plan.Max(p => p.Value.Count) - plan.Min(p => p.Value.Count), 0, 1);
    }

    [Property(MaxTest = 500)]
    public void A_second_look_changes_nothing_and_the_same_state_leads_to_the_same_plan(int seed)
    {
        var state = WorkStates.Random(new(seed));
        var plan = SelectiveStrategy.Balance(state);
        Assert.True(WorkStates.Same(plan, SelectiveStrategy.Balance(state)));
        Assert.True(WorkStates.Same(plan, SelectiveStrategy.Balance(state.After(plan))));
    }

    [Property(MaxTest = 1000)]
    public void When_a_consumer_comes_only_its_share_moves_and_when_one_goes_nothing_that_others_have(int seed)
    {
        var random = new Random(seed);
        var first = WorkStates.Random(random) with { MaxPerConsumer = 200 };
        var needs = first.Needs.ToDictionary(n => n.Key, n => 1);
        var settled = first with { Needs = needs };
        settled = settled.After(SelectiveStrategy.Balance(settled));

        var grown = settled with { Consumers = [.. settled.Consumers, "new"] };
        Assert.Equal(needs.Count / grown.Consumers.Count, WorkStates.Taken(grown, SelectiveStrategy.Balance(grown)));

        if (settled.Consumers.Count == 1)
            return;
        var shrunk = settled with { Consumers = [.. settled.Consumers.Skip(1)] };
        Assert.Equal(0, WorkStates.Taken(shrunk, SelectiveStrategy.Balance(shrunk)));
    }

    [Property(MaxTest = 500)]
    public void A_new_subscription_and_one_that_goes_move_at_most_what_levels_the_fleet(int seed)
    {
        var random = new Random(seed);
        var state = WorkStates.Random(random) with { MaxPerConsumer = 200 };
        state = state.After(SelectiveStrategy.Balance(state));
        var more = state with { Needs = state.Needs.Append(new(1000, random.Next(1, 8))).ToDictionary() };
        Assert.Equal(0, WorkStates.Taken(more, SelectiveStrategy.Balance(more)));
        if (state.Needs.Count == 0)
            return;
        var gone = state.Needs.Keys.ElementAt(random.Next(state.Needs.Count));
        var less = state with { Needs = state.Needs.Where(n => n.Key != gone).ToDictionary() };
        Assert.InRange(WorkStates.Taken(less, SelectiveStrategy.Balance(less)), 0, Math.Min(state.Needs[gone], state.Consumers.Count));
    }

    [Fact]
    public void Where_there_is_too_little_room_all_get_their_first_consumer_before_any_gets_its_second()
    {
        var state = new WorkState(Enumerable.Range(1, 5).ToDictionary(i => (long)i, _ => 2), ["a", "b"], new Dictionary<string, IReadOnlySet<long>>(), MaxPerConsumer: 3);
        var plan = SelectiveStrategy.Balance(state);
        WorkStates.CheckPlan(state, plan);
        Assert.Equal(state.Needs.Keys, plan.Values.SelectMany(work => work).Distinct().Order());
    }

    [Fact]
    public void A_full_consumer_makes_room_where_the_others_cannot_take_a_subscription_twice()
    {
        // b alone has room, and has 3 already: a gives something to b, and takes 3.
        var state = new WorkState(new Dictionary<long, int> { [1] = 1, [2] = 1, [3] = 2 }, ["a", "b"],
            new Dictionary<string, IReadOnlySet<long>> { ["a"] = new HashSet<long> { 1, 2 }, ["b"] = new HashSet<long> { 3 } }, MaxPerConsumer: 2);
        var plan = SelectiveStrategy.Balance(state);
        WorkStates.CheckPlan(state, plan);
        Assert.All(plan.Values, work => Assert.Contains(3, work));
    }

    [Fact]
    public void Ten_thousand_subscriptions_are_spread_over_fifty_consumers_in_no_time()
    {
        var state = new WorkState(Enumerable.Range(1, 4900).ToDictionary(i => (long)i, _ => 2), [.. Enumerable.Range(0, 50).Select(i => $"c{i}")],
            new Dictionary<string, IReadOnlySet<long>>(), MaxPerConsumer: 200);
        var plan = SelectiveStrategy.Balance(state);
        WorkStates.CheckPlan(state, plan);
        Assert.All(plan.Values, work => Assert.Equal(196, work.Count));
    }

    [Fact]
    public void A_fleet_without_consumers_gets_no_plan() =>
        Assert.Empty(SelectiveStrategy.Balance(new(new Dictionary<long, int> { [1] = 2 }, [], new Dictionary<string, IReadOnlySet<long>>(), 200)));
}
