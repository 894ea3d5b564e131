using Hermes.Worker.Consumer.Balancing;

namespace Hermes.Worker.Consumer.Tests.Balancing;

/// <summary>Fleets of all kinds, from a seed: ones that are new, grown, shrunk, crowded, and ones whose nodes hold rubbish.</summary>
internal static class WorkStates
{
    public static WorkState Random(Random random)
    {
        var subscriptions = random.Next(0, 40);
        var consumers = Enumerable.Range(0, random.Next(1, 8)).Select(i => $"c{i}").ToList();
        var needs = Enumerable.Range(1, subscriptions).ToDictionary(id => (long)id, _ => random.Next(4) == 0 ? random.Next(1, 10) : 2);
        var assigned = new Dictionary<string, IReadOnlySet<long>>(StringComparer.Ordinal);
        foreach (var consumer in consumers.Append("gone").Where(_ => random.Next(4) > 0))
            assigned[consumer] = Enumerable.Range(0, random.Next(0, 30)).Select(_ => (long)random.Next(1, subscriptions + 5)).ToHashSet();
        return new(needs, consumers, assigned, random.Next(2) == 0 ? 200 : random.Next(1, 20));
    }

    /// <summary>The same state after a plan was carried out.</summary>
    public static WorkState After(this WorkState state, IReadOnlyDictionary<string, SortedSet<long>> plan) =>
        state with { Assigned = plan.ToDictionary(p => p.Key, p => (IReadOnlySet<long>)p.Value.ToHashSet(), StringComparer.Ordinal) };

    /// <summary>What any plan of any strategy must keep.</summary>
    public static void CheckPlan(WorkState state, IReadOnlyDictionary<string, SortedSet<long>> plan)
    {
        Assert.Equal(state.Consumers.Order(StringComparer.Ordinal), plan.Keys.Order(StringComparer.Ordinal));
        Assert.All(plan.Values, work => Assert.True(work.Count <= state.MaxPerConsumer, "over capacity"));
        Assert.All(plan.Values.SelectMany(work => work), id => Assert.Contains(id, state.Needs));
        var room = state.Consumers.Count * state.MaxPerConsumer;
        var needed = state.Needs.Sum(n => Math.Min(n.Value, state.Consumers.Count));
        Assert.Equal(Math.Min(room, needed), plan.Sum(p => p.Value.Count));
        foreach (var (id, need) in state.Needs)
        {
            var has = plan.Count(p => p.Value.Contains(id));
            var eligible = Math.Min(need, state.Consumers.Count);
            Assert.True(has <= eligible, $"subscription {id} has {has} consumers, and needs {eligible}");
            if (room >= needed)
                Assert.Equal(eligible, has);
        }
    }

    public static bool Same(IReadOnlyDictionary<string, SortedSet<long>> one, IReadOnlyDictionary<string, SortedSet<long>> other) =>
        one.Count == other.Count && one.All(o => other.TryGetValue(o.Key, out var work) && work.SetEquals(o.Value));

    /// <summary>Of what a consumer had and may keep, how much a plan takes from it.</summary>
    public static int Taken(WorkState state, IReadOnlyDictionary<string, SortedSet<long>> plan) =>
        plan.Sum(p => (state.Assigned.GetValueOrDefault(p.Key) ?? new HashSet<long>()).Count(id => state.Needs.ContainsKey(id) && !p.Value.Contains(id)));
}
