namespace Hermes.Worker.Consumer.Balancing;

/// <summary>A plan under construction: which consumer serves what. Equal choices are decided by name and id, so that the same
/// state always leads to the same plan.</summary>
internal sealed class WorkTable
{
    private readonly WorkState _state;
    private readonly SortedDictionary<string, SortedSet<long>> _work = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, int> _consumers = [];

    /// <summary>Starts from what is, without what is no more, and without what is more than needed or than a consumer may have.</summary>
    public WorkTable(WorkState state)
    {
        _state = state;
        foreach (var id in state.Needs.Keys)
            _consumers[id] = 0;
        foreach (var consumer in state.Consumers)
        {
            _work[consumer] = [];
            foreach (var id in state.Assigned.GetValueOrDefault(consumer) ?? new HashSet<long>())
            {
                if (_consumers.ContainsKey(id))
                    Give(consumer, id);
            }
        }
        foreach (var (id, surplus) in _consumers.Select(c => (c.Key, c.Value - NeedOf(c.Key))).Where(c => c.Item2 > 0).ToList())
        {
            for (var i = 0; i < surplus; i++)
                Take(_work.Where(w => w.Value.Contains(id)).MaxBy(w => w.Value.Count).Key, id);
        }
        foreach (var (consumer, work) in _work)
        {
            while (work.Count > state.MaxPerConsumer)
                Take(consumer, work.MaxBy(id => _consumers[id])); // what others serve too suffers least
        }
    }

    public IReadOnlyDictionary<string, SortedSet<long>> Work => _work;

    /// <summary>How many consumers a subscription is to have: never more than there are.</summary>
    public int NeedOf(long id) => Math.Min(_state.Needs[id], _work.Count);

    public int ConsumersOf(long id) => _consumers[id];

    /// <summary>The subscriptions that have too few consumers, those with the fewest first.</summary>
    public IEnumerable<long> Wanting => _consumers.Where(c => c.Value < NeedOf(c.Key)).OrderBy(c => c.Value).Select(c => c.Key);

    public bool HasRoom(string consumer) => _work[consumer].Count < _state.MaxPerConsumer;

    /// <summary>Who can take a subscription.</summary>
    public IEnumerable<string> Eligible(long id) => _work.Where(w => HasRoom(w.Key) && !w.Value.Contains(id)).Select(w => w.Key);

    public int LoadOf(string consumer) => _work[consumer].Count;

    /// <summary>Whether a consumer has had it before this plan.</summary>
    public bool Served(string consumer, long id) => _state.Assigned.TryGetValue(consumer, out var work) && work.Contains(id);

    public void Give(string consumer, long id)
    {
        if (_work[consumer].Add(id))
            _consumers[id]++;
    }

    public void Take(string consumer, long id)
    {
        if (_work[consumer].Remove(id))
            _consumers[id]--;
    }

    public void Move(long id, string from, string to)
    {
        Take(from, id);
        Give(to, id);
    }

    /// <summary>Where every consumer with room has the subscription already: one of the full ones gives something else to one
    /// with room, and takes the subscription in its place.</summary>
    /// <returns>Whether there was such a way; there is none when nobody has room.</returns>
    public bool TryMakeRoom(long id)
    {
        if (_work.Keys.Where(HasRoom).MinBy(LoadOf) is not { } roomy)
            return false;
        var has = _work[roomy];
        foreach (var (full, work) in _work.Where(w => !w.Value.Contains(id)))
        {
            // It has more than the one with room, so there is always something that the other has not.
            var movable = work.Where(other => !has.Contains(other)).ToList();
            if (movable.Count == 0)
                continue;
            Move(movable.MinBy(other => Served(full, other) ? 1 : 0), full, roomy);
            Give(full, id);
            return true;
        }
        return false;
    }
}
