using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>A group, or the offsets that it has left behind, as it was found at one look.</summary>
/// <param name="Group">The group's id.</param>
/// <param name="Topic">Of offsets left behind: their topic.</param>
/// <param name="Subscription">Whose it is, or was.</param>
/// <param name="Offsets">What it has committed.</param>
/// <param name="IsOwned">Whether it is the whole group of a subscription: then its movement is noted, and no more.</param>
internal sealed record SeenGroup(string Group, string? Topic, SubscriptionName Subscription, IReadOnlyList<KeptOffset> Offsets, bool IsOwned)
{
    public string Key => GroupKey.Of(Group, Topic);
}
