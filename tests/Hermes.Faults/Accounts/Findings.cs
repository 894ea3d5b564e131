namespace Hermes.Faults.Accounts;

/// <summary>What was found to be wrong. All is counted; of each kind the first few are told.</summary>
internal sealed class Findings
{
    private const int Told = 10;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, List<string> First)> _kinds = new(StringComparer.Ordinal);

    /// <summary>Whether nothing was.</summary>
    public bool AreNone
    {
        get
        {
            lock (_gate)
                return _kinds.Count == 0;
        }
    }

    /// <summary>Notes one.</summary>
    /// <param name="kind">What it is, in a few words.</param>
    /// <param name="what">The case.</param>
    public void Add(string kind, string what)
    {
        lock (_gate)
        {
            var (count, first) = _kinds.GetValueOrDefault(kind, (0, []));
            if (first.Count < Told)
                first.Add(what);
            _kinds[kind] = (count + 1, first);
        }
    }

    /// <summary>How often a kind was found.</summary>
    public int CountOf(string kind)
    {
        lock (_gate)
            return _kinds.GetValueOrDefault(kind).Count;
    }

    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _kinds.SelectMany(k => k.Value.First.Select(f => $"  {f}").Prepend($"{k.Key}: {k.Value.Count}")));
    }
}
