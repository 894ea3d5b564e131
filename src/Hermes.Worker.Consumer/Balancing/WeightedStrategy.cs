namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Gives each subscription the consumers that it needs and each consumer its share of the load, and moves only where
/// that brings a consumer nearer to it.</summary>
internal static class WeightedStrategy
{
    // Sums of doubles in different orders: what differs by less than this is the same.
    private const double Tolerance = 1e-9;

    public static IReadOnlyDictionary<string, SortedSet<long>> Balance(WorkState state, Weights weights)
    {
        var table = new WorkTable(state);
        if (state.Consumers.Count == 0)
            return table.Work;
        FillUp(table, weights);
        var total = table.Work.Values.Sum(weights.Of);
        var targets = table.Work.Keys.ToDictionary(c => c, c => (total * weights.Shares.GetValueOrDefault(c)) + (total * Tolerance), StringComparer.Ordinal);
        MoveOut(table, weights, targets);
        Swap(table, weights, targets);
        return table.Work;
    }

    /// <summary>The heaviest first, each to the lightest consumer that has room.</summary>
    private static void FillUp(WorkTable table, Weights weights)
    {
        for (var wanting = table.Wanting.ToList(); wanting.Count > 0; wanting = [.. table.Wanting])
        {
            var given = false;
            foreach (var id in wanting.OrderByDescending(weights.Of))
            {
                if (table.Eligible(id).MinBy(c => (weights.Of(table.Work[c]), table.LoadOf(c))) is { } consumer)
                {
                    table.Give(consumer, id);
                    given = true;
                }
                else
                {
                    given |= table.TryMakeRoom(id);
                }
            }
            if (!given)
                return;
        }
    }

    /// <summary>Consumers that have too much, by weight or by number, give to such as have too few.</summary>
    private static void MoveOut(WorkTable table, Weights weights, Dictionary<string, double> targets)
    {
        var count = (table.Work.Values.Sum(w => w.Count) + table.Work.Count - 1) / table.Work.Count;
        foreach (var (giver, work) in table.Work)
        {
            var weight = weights.Of(work);
            foreach (var id in work.OrderByDescending(weights.Of).ToList())
            {
                if ((weight <= targets[giver] && work.Count <= count) || work.Count < count)
                    break;
                var receiver = table.Eligible(id)
                    .Where(c => table.LoadOf(c) < count && weights.Of(table.Work[c]) + weights.Of(id) <= targets[c])
                    .MinBy(c => (table.LoadOf(c), weights.Of(table.Work[c])));
                if (receiver is null)
                    continue;
                table.Move(id, giver, receiver);
                weight -= weights.Of(id);
            }
        }
    }

    /// <summary>Consumers that still have too much exchange a heavy subscription for a lighter one; one pair of consumers once
    /// in a round.</summary>
    private static void Swap(WorkTable table, Weights weights, Dictionary<string, double> targets)
    {
        var swapped = new HashSet<long>(weights.Unstable);
        foreach (var (giver, work) in table.Work)
        {
            foreach (var (receiver, others) in table.Work)
            {
                var (weight, room) = (weights.Of(work), targets[receiver] - weights.Of(others));
                if (giver == receiver || weight < targets[giver] || room <= 0)
                    continue;
                var least = weight * weights.MinChange;
                if (BestPair(work, others, weights, swapped, least, room) is not { } pair)
                    continue;
                table.Move(pair.Heavy, giver, receiver);
                table.Move(pair.Light, receiver, giver);
                swapped.Add(pair.Heavy);
                swapped.Add(pair.Light);
            }
        }
    }

    /// <summary>The exchange that relieves most, of those that the receiver can bear.</summary>
    private static (long Heavy, long Light)? BestPair(
        SortedSet<long> work, SortedSet<long> others, Weights weights, HashSet<long> excluded, double least, double most)
    {
        (long, long)? best = null;
        var lights = others.Where(id => !excluded.Contains(id) && !work.Contains(id)).ToList();
        foreach (var heavy in work.Where(id => !excluded.Contains(id) && !others.Contains(id)))
        {
            foreach (var light in lights)
            {
                var relief = weights.Of(heavy) - weights.Of(light);
                if (relief > 0 && relief >= least && relief <= most)
                    (best, least) = ((heavy, light), Math.BitIncrement(relief));
            }
        }
        return best;
    }
}
