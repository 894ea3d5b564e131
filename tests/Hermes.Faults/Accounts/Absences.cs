namespace Hermes.Faults.Accounts;

/// <summary>When endpoints were out of somebody's reach for so long that the attempts of a message may have been used up.</summary>
/// <param name="excuses">What happened.</param>
/// <param name="longestPause">The longest pause between two attempts: what was away again by then may have been away all the time.</param>
/// <param name="patience">How long a message's attempts take.</param>
internal sealed class Absences(IEnumerable<IExcuse> excuses, TimeSpan longestPause, TimeSpan patience)
{
    private readonly List<(TimeSpan Begin, TimeSpan End)> _spans = Join(excuses, longestPause);

    /// <summary>Whether a message may have been given up at a moment.</summary>
    public bool Explain(TimeSpan givenUpAt) => _spans.Exists(s => s.End - s.Begin >= patience && givenUpAt >= s.Begin + patience && givenUpAt <= s.End + longestPause + Disturbance.CommitLag);

    private static List<(TimeSpan Begin, TimeSpan End)> Join(IEnumerable<IExcuse> excuses, TimeSpan longestPause)
    {
        var spans = new List<(TimeSpan Begin, TimeSpan End)>();
        foreach (var excuse in excuses.Where(e => e.KeepsFromEndpoint).OrderBy(e => e.Begin))
        {
            var end = excuse.End ?? TimeSpan.MaxValue;
            if (spans.Count > 0 && spans[^1] is var last && excuse.Begin <= last.End + longestPause)
                spans[^1] = (last.Begin, end > last.End ? end : last.End);
            else
                spans.Add((excuse.Begin, end));
        }
        return spans;
    }
}
