namespace Hermes.Shared.Fleet;

/// <summary>What the leader remembers of a subscription's weight.</summary>
/// <param name="OperationsPerSecond">Smoothed over time.</param>
/// <param name="LastRebalancedMs">When it was last moved, Unix milliseconds; <see cref="Never"/>.</param>
public readonly record struct SubscriptionProfile(double OperationsPerSecond, long LastRebalancedMs)
{
    /// <summary>It was never moved.</summary>
    public const long Never = -1;
}
