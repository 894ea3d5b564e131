namespace Hermes.Intake.Offsets;

/// <summary>What a commit says of a partition.</summary>
/// <param name="Offset">The next offset to read: nothing below it is unsettled.</param>
/// <param name="Metadata">What is settled above it, coded by <see cref="SettledRuns"/>; empty for nothing.</param>
public readonly record struct LedgerMark(long Offset, string Metadata);
