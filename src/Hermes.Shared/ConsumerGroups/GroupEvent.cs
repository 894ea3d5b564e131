namespace Hermes.Shared.ConsumerGroups;

/// <summary>Something that was done to a consumer group; for the audit.</summary>
/// <param name="At">When, by the clock of whoever did it.</param>
/// <param name="By">Who.</param>
/// <param name="Group">The group's id.</param>
/// <param name="What">What was done, and why.</param>
public sealed record GroupEvent(DateTimeOffset At, string By, string Group, string What);
