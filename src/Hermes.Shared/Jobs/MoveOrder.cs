namespace Hermes.Shared.Jobs;

/// <summary>What an order tells the consumer that owns the partition.</summary>
/// <param name="Subscription">The subscription's qualified name.</param>
/// <param name="SubscriptionId">Its node's czxid.</param>
/// <param name="Offset">Where to go on from.</param>
public sealed record MoveOrder(string Subscription, long SubscriptionId, long Offset);
