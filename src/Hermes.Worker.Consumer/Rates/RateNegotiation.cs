namespace Hermes.Worker.Consumer.Rates;

/// <summary>Shares a subscription's rate out over its consumers, as Hermes's leader does: who has too much gives to who has too little.</summary>
internal static class RateNegotiation
{
    /// <summary>Sums that differ by less are the same: the nodes hold what several leaders have rounded.</summary>
    private const double Tolerance = 1;

    /// <summary>The shares that all begin with, where what is agreed cannot stand: somebody has nothing, or it is not the whole
    /// rate, or there is nothing to share.</summary>
    /// <returns>The new shares; <see langword="null"/>: what is agreed can stand.</returns>
    public static Dictionary<string, double>? Begin(double rate, IReadOnlyDictionary<string, RateShare> consumers, RateOptions options)
    {
        var equal = rate / Math.Max(1, consumers.Count);
        if (equal > options.MinMaxRate && consumers.Values.All(c => IsSound(c.Max)) && Math.Abs(consumers.Values.Sum(c => c.Max!.Value) - rate) <= Tolerance)
            return null;
        return consumers.Keys.ToDictionary(c => c, _ => Math.Max(options.MinMaxRate, equal), StringComparer.Ordinal);
    }

    /// <summary>The next shares.</summary>
    /// <returns><see langword="null"/>: they stay as they are.</returns>
    public static Dictionary<string, double>? Next(double rate, IReadOnlyDictionary<string, RateShare> consumers, RateOptions options)
    {
        if (Begin(rate, consumers, options) is { } begin)
            return begin;
        var busy = consumers.Where(c => c.Value.Used.Count > 0 && c.Value.Used.Average() > 1 - options.BusyTolerance).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);
        if (busy.Count == 0)
            return null;
        var least = rate * options.MinChangePercent / 100;
        var next = consumers.ToDictionary(c => c.Key, c => c.Value.Max!.Value, StringComparer.Ordinal);
        var freed = 0.0;
        foreach (var (consumer, share) in consumers.Where(c => !busy.Contains(c.Key) && c.Value.Used.Count > 0))
            freed += Give(next, consumer, Idle(share), options.MinMaxRate, least);
        var receivers = busy;
        if (busy.Count > 1)
        {
            var all = busy.Sum(c => next[c]);
            var equal = all / busy.Count;
            var greedy = busy.Where(c => next[c] > equal + least).ToList();
            foreach (var consumer in greedy)
                freed += Give(next, consumer, Math.Max(Excess(next[consumer], all), least), equal, 0);
            receivers = [.. busy.Except(greedy, StringComparer.Ordinal)];
        }
        if (freed <= 0)
            return null;
        var weight = receivers.Sum(c => next[c]);
        foreach (var consumer in receivers.ToList())
            next[consumer] += freed * (next[consumer] / weight);
        return next;
    }

    /// <summary>What one that does not use its share can do without.</summary>
    private static double Idle(RateShare share) => share.Max!.Value * ((2 / (Math.Clamp(share.Used[0], 0, 1) + 1)) - 1);

    /// <summary>What a busy one gives to others that are busy with less.</summary>
    private static double Excess(double max, double all) => max / 2 * ((2 / ((max / all) + 1)) - 1);

    private static double Give(Dictionary<string, double> next, string consumer, double amount, double floor, double least)
    {
        var given = amount > least ? Math.Clamp(amount, 0, Math.Max(0, next[consumer] - floor)) : 0;
        next[consumer] -= given;
        return given;
    }

    private static bool IsSound(double? max) => max is { } value && double.IsFinite(value) && value > 0;
}
