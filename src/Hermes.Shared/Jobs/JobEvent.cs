namespace Hermes.Shared.Jobs;

/// <summary>A line of a job's history.</summary>
/// <param name="At">When, by the retransmitter's clock.</param>
/// <param name="By">Which retransmitter.</param>
/// <param name="What">What happened.</param>
public sealed record JobEvent(DateTimeOffset At, string By, string What);
