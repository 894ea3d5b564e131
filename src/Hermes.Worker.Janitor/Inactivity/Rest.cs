using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>For how long a group has been seen at rest.</summary>
internal static class Rest
{
    /// <summary>What is known after another look.</summary>
    /// <param name="before">What was known; <see langword="null"/>: nothing.</param>
    /// <param name="subscription">Whose group it would be.</param>
    /// <param name="offsets">What it has committed now.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="longestStep">How much of the time since the last look counts at most.</param>
    public static Observation Continue(Observation? before, SubscriptionName subscription, IReadOnlyList<KeptOffset> offsets, DateTimeOffset now, TimeSpan longestStep)
    {
        if (before is null || before.Subscription != subscription.ToString() || !before.Offsets.SequenceEqual(offsets) || now < before.LastSeen)
            return new(subscription.ToString(), offsets, now, now, 1, 0);
        var step = now - before.LastSeen;
        return before with { LastSeen = now, Looks = before.Looks + 1, ObservedSeconds = before.ObservedSeconds + (step < longestStep ? step : longestStep).TotalSeconds };
    }

    /// <summary>Whether it was seen more than once, and at rest for as long as is asked.</summary>
    public static bool IsRipe(Observation observation, TimeSpan after) => observation.Looks >= 2 && observation.ObservedSeconds >= after.TotalSeconds;
}
