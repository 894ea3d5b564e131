namespace Hermes.Shared.ConsumerGroups;

/// <summary>Which abandoned groups are to be deleted.</summary>
/// <param name="At">When it was made, by ZooKeeper's clock.</param>
/// <param name="By">By which janitor.</param>
/// <param name="Groups">The groups.</param>
public sealed record GroupPlan(DateTimeOffset At, string By, IReadOnlyList<PlannedGroup> Groups);
