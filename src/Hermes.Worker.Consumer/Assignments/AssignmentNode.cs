namespace Hermes.Worker.Consumer.Assignments;

/// <summary>A consumer's assignment as it was last read.</summary>
/// <param name="Work">The subscriptions' ids; <see langword="null"/> where the node cannot be read.</param>
/// <param name="Version">For versioned writes.</param>
internal sealed record AssignmentNode(IReadOnlySet<long>? Work, int Version);
