namespace Hermes.Shared.Health;

/// <summary>Something of a worker's own that it needs to be ready, beside ZooKeeper and Kafka. A worker registers its own.</summary>
/// <param name="Name">Its name in the pages.</param>
/// <param name="Fault">What is missing now; <see langword="null"/>: nothing. Quick.</param>
public sealed record ReadyCheck(string Name, Func<string?> Fault);
