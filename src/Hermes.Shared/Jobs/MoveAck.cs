namespace Hermes.Shared.Jobs;

/// <summary>A consumer's positive answer to an order: the group has committed the offset, in its present generation.</summary>
/// <param name="By">Which worker.</param>
/// <param name="Offset">The order's offset.</param>
/// <param name="At">When, by the worker's clock.</param>
public sealed record MoveAck(string By, long Offset, DateTimeOffset At);
