using Hermes.Shared.Naming;

namespace Hermes.Worker.Consumer.Orders;

/// <summary>An order that nobody has acknowledged, by what the watched tree says.</summary>
internal sealed record OpenOrder(string JobId, string Topic, int Partition, SubscriptionName Subscription, long SubscriptionId, long Offset);
