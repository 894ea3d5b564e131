namespace Hermes.ZooKeeper.Calls;

/// <summary>The reply of an operation that answers only that it was done.</summary>
internal readonly record struct NoReply;
