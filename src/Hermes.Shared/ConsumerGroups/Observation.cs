namespace Hermes.Shared.ConsumerGroups;

/// <summary>What was seen of a group, or of the offsets that it has of one topic.</summary>
/// <param name="Subscription">The subscription whose group it is, or would be.</param>
/// <param name="Offsets">What it has committed; any change begins a new observation.</param>
/// <param name="FirstSeen">When it was first seen so, by ZooKeeper's clock.</param>
/// <param name="LastSeen">When it was last seen so, by the same.</param>
/// <param name="Looks">How many times.</param>
/// <param name="ObservedSeconds">For how long it was seen so: from look to look, and never more than a bounded time for one
/// step, so that neither a clock that jumps nor a janitor that was away counts as days of rest.</param>
/// <param name="IsOwned">Whether the group is one of a subscription, and what is seen of it tells its movement and no more. Rest
/// of that kind never counts as rest without an owner.</param>
public sealed record Observation(
    string Subscription, IReadOnlyList<KeptOffset> Offsets, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, int Looks, double ObservedSeconds, bool IsOwned = false);
