using System.ComponentModel.DataAnnotations;

namespace Hermes.Worker.Consumer.Balancing;

/// <summary>How the fleet's leader spreads subscriptions over the consumers, bound from <c>Balancing</c>. All workers of a fleet
/// need the same.</summary>
public sealed record BalancingOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Balancing";

    /// <summary>What is made equal over the consumers, as Hermes's <c>workload.workBalancingStrategy</c>. Default
    /// <c>Selective</c>.</summary>
    public BalancingStrategy Strategy { get; init; } = BalancingStrategy.Selective;

    /// <summary>How often the leader looks at the fleet when nothing has changed. Default 30 s; changes are followed at once.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a consumer may be away, beyond its ZooKeeper session, before its work is given to others; longer where workers
    /// that keep their name restart in that time (Hermes: 2 minutes). Default: not at all.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan DeadAfter { get; init; }

    /// <summary>How long they may be away when that is more than half of the fleet: rather than dead they have lost their sessions
    /// together, and come back. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")] public TimeSpan OutageGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Consumers of a subscription, where <c>/consumers-workload-constraints</c> names no other number for it or its topic.
    /// Default 2.</summary>
    [Range(1, 10_000)] public int ConsumersPerSubscription { get; init; } = 2;

    /// <summary>Subscriptions that one consumer serves at most. Default 200.</summary>
    [Range(1, 65_534)] public int MaxSubscriptionsPerConsumer { get; init; } = 200;

    /// <summary>Weighted: how often consumers report their load. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")] public TimeSpan LoadReportInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Weighted: over which time loads are smoothed. Default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan WeightWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Weighted: a subscription that was moved is not swapped again for so long. Default 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan StabilizationWindow { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Weighted: a swap must relieve a consumer by at least this share of its load. Default 5 %.</summary>
    [Range(0.0, 100.0)] public double MinSignificantChangePercent { get; init; } = 5;

    /// <summary>Weighted: the load that each consumer is to have. Default <c>Average</c>.</summary>
    public TargetWeight TargetWeight { get; init; } = TargetWeight.Average;

    /// <summary>Weighted by score: how strongly a consumer's CPU counts; 0: not at all. Default 1.</summary>
    [Range(0.0, 1000.0)] public double ScoringGain { get; init; } = 1;
}
