namespace Hermes.Shared.ConsumerGroups;

/// <summary>A group that is to be deleted, and why.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="Subscription">The subscription whose group it was.</param>
/// <param name="FirstSeen">Since when it is seen without a subscription, members and movement.</param>
/// <param name="Looks">How many times it was seen so.</param>
public sealed record PlannedGroup(string Group, string Subscription, DateTimeOffset FirstSeen, int Looks);
