using Hermes.Shared.Fleet;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>Loads over time: reports jump, weights must not.</summary>
internal static class LoadProfiles
{
    /// <summary>How much of a new sample counts after so much time.</summary>
    public static double Smoothing(TimeSpan passed, TimeSpan window) => passed <= TimeSpan.Zero ? 0 : 1 - Math.Exp(-passed / window);

    /// <summary>The profiles after new reports: of the values that are reported for a subscription the largest, smoothed.</summary>
    /// <param name="before">As they were; <see langword="null"/> when there are none.</param>
    /// <param name="loads">What is reported now.</param>
    /// <param name="subscriptions">Those that are served; the others are forgotten.</param>
    /// <param name="now">This moment.</param>
    /// <param name="window">Over which time it is smoothed.</param>
    public static SubscriptionProfiles Update(
        SubscriptionProfiles? before, IReadOnlyCollection<ConsumerLoad> loads, IEnumerable<long> subscriptions, DateTimeOffset now, TimeSpan window)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var smoothing = before is null ? 1 : Smoothing(TimeSpan.FromMilliseconds(nowMs - before.UpdatedMs), window);
        var profiles = new Dictionary<long, SubscriptionProfile>();
        foreach (var id in subscriptions)
        {
            var samples = loads.Where(l => l.OperationsPerSecond.ContainsKey(id)).Select(l => Sound(l.OperationsPerSecond[id])).ToList();
            if (before is null || !before.Profiles.TryGetValue(id, out var known))
                profiles[id] = new(samples.Count == 0 ? 0 : samples.Max(), SubscriptionProfile.Never);
            else
                profiles[id] = samples.Count == 0 ? known : known with { OperationsPerSecond = (smoothing * samples.Max()) + ((1 - smoothing) * Sound(known.OperationsPerSecond)) };
        }
        return new(nowMs, profiles);
    }

    /// <summary>The same for all.</summary>
    public static IReadOnlyDictionary<string, double> EqualShares(IReadOnlyCollection<string> consumers) =>
        consumers.ToDictionary(c => c, _ => 1.0 / consumers.Count, StringComparer.Ordinal);

    /// <summary>A score for each consumer: its share of all operations, and more where its CPU has less to do than the others'.
    /// One that has not reported gets the average.</summary>
    /// <param name="before">The scores of the last time.</param>
    /// <param name="loads">What is reported now, by consumer.</param>
    /// <param name="consumers">Who is there.</param>
    /// <param name="gain">How strongly the CPU counts.</param>
    /// <param name="smoothing">How much of the new score counts.</param>
    public static IReadOnlyDictionary<string, double> Scores(
        IReadOnlyDictionary<string, double> before, IReadOnlyDictionary<string, ConsumerLoad> loads, IReadOnlyCollection<string> consumers, double gain, double smoothing)
    {
        var reported = consumers.Where(loads.ContainsKey).ToList();
        if (reported.Count == 0)
            return consumers.ToDictionary(c => c, _ => 1.0 / consumers.Count, StringComparer.Ordinal);
        var total = reported.Sum(c => Sound(loads[c].TotalOperationsPerSecond));
        var cpus = reported.Select(c => loads[c].CpuUtilization).Where(IsMeasured).ToList();
        var meanCpu = cpus.Count == 0 ? 0 : cpus.Average();
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var consumer in reported)
        {
            var load = loads[consumer];
            var share = total > 0 ? Sound(load.TotalOperationsPerSecond) / total : 1.0 / reported.Count;
            var score = share + (gain * (IsMeasured(load.CpuUtilization) ? meanCpu - load.CpuUtilization : 0));
            if (before.TryGetValue(consumer, out var known))
                score = (smoothing * score) + ((1 - smoothing) * known);
            scores[consumer] = Math.Clamp(score, 0.01, 1);
        }
        var average = scores.Values.Average();
        foreach (var consumer in consumers)
            scores.TryAdd(consumer, average);
        return scores;
    }

    /// <summary>Scores as shares, together 1.</summary>
    public static IReadOnlyDictionary<string, double> Shares(IReadOnlyDictionary<string, double> scores)
    {
        var total = scores.Values.Sum();
        return scores.ToDictionary(s => s.Key, s => s.Value / total, StringComparer.Ordinal);
    }

    private static bool IsMeasured(double cpu) => cpu is >= 0 and <= 1;

    // A report is another process's: what is no number weighs nothing.
    private static double Sound(double operations) => double.IsFinite(operations) && operations > 0 ? operations : 0;
}
