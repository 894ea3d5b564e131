using Hermes.Shared.ConsumerGroups;

namespace Hermes.Worker.Janitor.Inactivity;

/// <summary>For how long a group has been seen at rest.</summary>
internal static class Rest
{
    /// <summary>What is known after another look.</summary>
    /// <param name="before">What was known; <see langword="null"/>: nothing.</param>
    /// <param name="seen">What is seen now.</param>
    /// <param name="now">By ZooKeeper's clock.</param>
    /// <param name="longestStep">How much of the time since the last look counts at most.</param>
    public static Observation Continue(Observation? before, SeenGroup seen, DateTimeOffset now, TimeSpan longestStep)
    {
        var subscription = seen.Subscription.ToString();
        if (before is null || before.IsOwned != seen.IsOwned || before.Subscription != subscription || !before.Offsets.SequenceEqual(seen.Offsets) || now < before.LastSeen)
            return new(subscription, seen.Offsets, now, now, 1, 0, seen.IsOwned);
        var step = now - before.LastSeen;
        return before with { LastSeen = now, Looks = before.Looks + 1, ObservedSeconds = before.ObservedSeconds + (step < longestStep ? step : longestStep).TotalSeconds };
    }

    /// <summary>Whether it was seen more than once, and at rest for as long as is asked.</summary>
    public static bool IsRipe(Observation observation, TimeSpan after) => observation.Looks >= 2 && observation.ObservedSeconds >= after.TotalSeconds;
}
