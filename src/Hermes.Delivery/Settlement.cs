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

    /// <summary>Of a discarded message: attempts made.</summary>
    public int Attempts { get; init; }

    /// <summary>Of a discarded message: the HTTP status of the last attempt; 0 when no answer came.</summary>
    public int Status { get; init; }

    /// <summary>It is given up: refused for good, or out of time or attempts.</summary>
    public static Settlement Discarded(string reason, int attempts = 0, int status = 0) =>
        new(SettlementKind.Discarded, reason) { Attempts = attempts, Status = status };
}
