namespace Hermes.ZooKeeper.Recipes;

/// <summary>One term of a leader.</summary>
/// <param name="FencingNumber">Grows from term to term of different nodes: the czxid of the leader's node.</param>
/// <param name="Guard">Put it into a multi: the multi is applied only while this leader's node stands.</param>
/// <param name="Ended">Fires when the connection breaks, the node is gone, or the latch is left.</param>
public sealed record LeadershipTerm(long FencingNumber, Operation Guard, CancellationToken Ended);
