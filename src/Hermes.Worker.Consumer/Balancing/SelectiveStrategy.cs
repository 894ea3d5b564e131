namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Gives each subscription the consumers that it needs and each consumer about the same number of subscriptions, and
/// moves no more than that takes.</summary>
internal static class SelectiveStrategy
{
    public static IReadOnlyDictionary<string, SortedSet<long>> Balance(WorkState state)
    {
        var table = new WorkTable(state);
        if (state.Consumers.Count == 0)
            return table.Work;
        FillUp(table);
        Level(table);
        return table.Work;
    }

    /// <summary>Round by round, so that where there is too little room all are short of the same.</summary>
    private static void FillUp(WorkTable table)
    {
        for (var given = true; given;)
        {
            given = false;
            var wanting = table.Wanting.ToList();
            if (wanting.Count == 0)
                return;
            var fewest = table.ConsumersOf(wanting[0]);
            foreach (var id in wanting.TakeWhile(w => table.ConsumersOf(w) == fewest).ToList())
                given |= TryGive(table, id);
            if (!given)
            {
                foreach (var id in wanting)
                    given |= TryGive(table, id);
            }
        }
    }

    private static bool TryGive(WorkTable table, long id)
    {
        if (table.Eligible(id).MinBy(table.LoadOf) is not { } consumer)
            return table.TryMakeRoom(id);
        table.Give(consumer, id);
        return true;
    }

    private static void Level(WorkTable table)
    {
        while (true)
        {
            var (most, mostWork) = table.Work.MaxBy(w => w.Value.Count);
            var (least, leastWork) = table.Work.MinBy(w => w.Value.Count);
            if (mostWork.Count - leastWork.Count <= 1)
                return;
            // Rather what it was just given, and rather what the other had before: neither is a move for anybody.
            var moved = mostWork.Where(id => !leastWork.Contains(id)).MinBy(id => (table.Served(most, id) ? 2 : 0) - (table.Served(least, id) ? 1 : 0));
            table.Move(moved, most, least);
        }
    }
}
