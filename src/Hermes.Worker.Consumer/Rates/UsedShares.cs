namespace Hermes.Worker.Consumer.Rates;

/// <summary>How much of its shares this worker has used, by subscription: what it tells the leader.</summary>
internal sealed class UsedShares(RateOptions options)
{
    private readonly Dictionary<long, IReadOnlyList<double>> _histories = [];

    /// <summary>By subscription, the newest first.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<double>> Histories => _histories;

    /// <summary>Notes a use, if it differs enough from the one before it.</summary>
    /// <param name="subscription">Of which subscription.</param>
    /// <param name="rate">Attempts a second that were made.</param>
    /// <param name="max">Attempts a second that were allowed.</param>
    /// <returns>Whether there is something new to tell.</returns>
    public bool Note(long subscription, double rate, double max)
    {
        var used = Math.Min(rate / Math.Max(max, 1), 1);
        var history = _histories.GetValueOrDefault(subscription);
        if (history is not null && Math.Abs(history[0] - used) * 100 <= options.MinSignificantUpdatePercent)
            return false;
        _histories[subscription] = [used, .. (history ?? []).Take(options.HistorySize - 1)];
        return true;
    }

    /// <summary>Forgets what is not served any more.</summary>
    /// <returns>Whether there is something new to tell.</returns>
    public bool Keep(IReadOnlySet<long> subscriptions)
    {
        var gone = _histories.Keys.Where(id => !subscriptions.Contains(id)).ToList();
        gone.ForEach(id => _histories.Remove(id));
        return gone.Count > 0;
    }
}
