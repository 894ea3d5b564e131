using Hermes.Shared.Naming;

namespace Hermes.Shared.Registry;

/// <summary>A topic and what its node tells about it.</summary>
/// <param name="Name">By its path.</param>
/// <param name="Document">By its data.</param>
/// <param name="Identity">The node's czxid: another one is another topic of the same name.</param>
/// <param name="CreatedAt">By the ZooKeeper server's clock.</param>
/// <param name="Version">For versioned writes.</param>
public sealed record RegisteredTopic(TopicName Name, TopicDocument Document, long Identity, DateTimeOffset CreatedAt, int Version);
