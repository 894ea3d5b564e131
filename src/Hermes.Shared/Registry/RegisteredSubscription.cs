using Hermes.Shared.Naming;

namespace Hermes.Shared.Registry;

/// <summary>A subscription and what its node tells about it.</summary>
/// <param name="Name">By its path.</param>
/// <param name="Document">By its data.</param>
/// <param name="Identity">The node's czxid, by which all of Hermes tells subscriptions apart (trap T2): deleted and created
/// again under the same name it is another one.</param>
/// <param name="CreatedAt">By the ZooKeeper server's clock.</param>
/// <param name="Version">For versioned writes.</param>
public sealed record RegisteredSubscription(SubscriptionName Name, SubscriptionDocument Document, long Identity, DateTimeOffset CreatedAt, int Version);
