namespace Hermes.Delivery;

/// <summary>How a message's stay in the delivery ended, so that its offset counts as processed.</summary>
/// <param name="Kind">Which of the ends it was.</param>
/// <param name="Reason">Why it was discarded, in words for people and without secrets; null for the other ends.</param>
public readonly record struct Settlement(SettlementKind Kind, string? Reason)
{
    /// <summary>The endpoint took it.</summary>
    public static Settlement Delivered => new(SettlementKind.Delivered, Reason: null);

    /// <summary>A filter of the subscription does not want it.</summary>
    public static Settlement Filtered => new(SettlementKind.Filtered, Reason: null);

    /// <summary>It is given up: refused for good, or out of time.</summary>
    public static Settlement Discarded(string reason) => new(SettlementKind.Discarded, reason);
}
