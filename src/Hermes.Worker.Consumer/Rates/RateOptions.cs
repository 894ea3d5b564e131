using System.ComponentModel.DataAnnotations;

namespace Hermes.Worker.Consumer.Rates;

/// <summary>How the consumers of a subscription share its rate, bound from <c>Rates</c>. All workers of a fleet need the same.</summary>
public sealed record RateOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Rates";

    /// <summary>How often the leader gives what some do not use to those that could use more; where somebody's share is missing or the
    /// rate has changed, it acts at once. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan BalanceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a consumer tells how much of its share it uses. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many of these reports count; of several, their average does. Default 1.</summary>
    [Range(1, 100)] public int HistorySize { get; init; } = 1;

    /// <summary>A consumer is busy when it uses all of its share but this part (0.1: nine tenths). Default 0.1.</summary>
    [Range(0.0, 1.0)] public double BusyTolerance { get; init; } = 0.1;

    /// <summary>What each consumer keeps, in attempts a second. Default 1.</summary>
    [Range(0.001, 1_000_000)] public double MinMaxRate { get; init; } = 1;

    /// <summary>Changes of a share below this part of the whole rate are not made; in percent. Default 1.</summary>
    [Range(0.0, 100.0)] public double MinChangePercent { get; init; } = 1;

    /// <summary>A use that differs by no more than this from the one before it is not told; in percent of the share. Default
    /// 9.</summary>
    [Range(0.0, 100.0)] public double MinSignificantUpdatePercent { get; init; } = 9;
}
