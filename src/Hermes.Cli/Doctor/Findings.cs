namespace Hermes.Cli.Doctor;

/// <summary>What an examination has found so far.</summary>
internal sealed class Findings
{
    // A thousand of one kind tell no more than a few: the rest are counted.
    private const int MostOfAKind = 20;
    private readonly List<Finding> _all = [];

    public IReadOnlyList<Finding> All => _all;

    public bool IsSomethingWrong => _all.Exists(f => f.State is FindingState.Wrong);

    public void Ok(string check, string what) => _all.Add(new(check, FindingState.Ok, what, null));

    public void Note(string check, string what, string? advice = null) => _all.Add(new(check, FindingState.Note, what, advice));

    public void Wrong(string check, string what, string advice) => _all.Add(new(check, FindingState.Wrong, what, advice));

    /// <summary>One finding for each item, or one that says that there are none.</summary>
    public void Each<T>(string check, IReadOnlyCollection<T> items, FindingState state, Func<T, string> what, string advice, string none)
    {
        if (items.Count == 0)
            Ok(check, none);
        foreach (var item in items.Take(MostOfAKind))
            _all.Add(new(check, state, what(item), advice));
        if (items.Count > MostOfAKind)
            _all.Add(new(check, state, $"and {items.Count - MostOfAKind} more", advice));
    }
}
