using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>What one look at all groups found.</summary>
/// <param name="Candidates">The groups that may be abandoned by all that the list of groups tells.</param>
/// <param name="Owned">The groups of subscriptions.</param>
/// <param name="LookedAt">Those of both whose offsets were read this time.</param>
/// <param name="LookAbandoned">How many of the candidates are left, without those that turned out to be somebody else's.</param>
/// <param name="Seen">What they turned out to be; nothing of one that is somebody else's.</param>
internal sealed record GroupSurvey(
    IReadOnlySet<string> Candidates, IReadOnlyDictionary<string, SubscriptionName> Owned, IReadOnlySet<string> LookedAt, int LookAbandoned, IReadOnlyList<SeenGroup> Seen)
{
    private readonly HashSet<string> _seen = Seen.Select(s => s.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether what was once seen under this key may still be so.</summary>
    /// <param name="key">A group's key.</param>
    /// <param name="wasOwned">Whether it was the group of a subscription.</param>
    public bool MayStillBe(string key, bool wasOwned)
    {
        var (group, topic) = GroupKey.Parse(key);
        if (LookedAt.Contains(group))
            return _seen.Contains(key);
        return topic is null && !wasOwned ? Candidates.Contains(group) : Owned.ContainsKey(group);
    }
}
