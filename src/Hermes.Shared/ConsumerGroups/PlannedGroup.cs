using System.Text.Json.Serialization;

namespace Hermes.Shared.ConsumerGroups;

/// <summary>A group that is to be deleted, or offsets that a group has left behind; and why.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="Subscription">The subscription whose group it was.</param>
/// <param name="FirstSeen">Since when it is seen without a subscription, members and movement.</param>
/// <param name="Looks">How many times it was seen so.</param>
/// <param name="Topic">Of offsets left behind: the Kafka topic, which the group no longer reads. Absent: the whole group.</param>
public sealed record PlannedGroup(string Group, string Subscription, DateTimeOffset FirstSeen, int Looks, string? Topic = null)
{
    /// <summary>The name under which it is watched.</summary>
    [JsonIgnore] public string Key => GroupKey.Of(Group, Topic);
}
