using FsCheck.Xunit;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Worker.Janitor.Inactivity;

namespace Hermes.Worker.Janitor.Tests.Inactivity;

/// <summary>Random histories of a group that moves and rests, of looks that come late or not at all, and of a clock that jumps,
/// beside a model that knows the true time.</summary>
public sealed class RestModel
{
    private static readonly SubscriptionName Subscription = SubscriptionName.Parse("shop.orders$billing");
    private static readonly TimeSpan LongestStep = TimeSpan.FromHours(1);
    private static readonly TimeSpan After = TimeSpan.FromHours(20);

    [Property(MaxTest = 1000)]
    public void A_group_is_never_ripe_before_its_time_whatever_the_clock_does(byte[] steps)
    {
        var (now, trueRest, offset) = (DateTimeOffset.UnixEpoch.AddYears(50), TimeSpan.Zero, 0L);
        Observation? seen = null;
        foreach (var step in steps)
        {
            var passed = TimeSpan.FromMinutes(step % 64);
            now += passed;
            trueRest += passed;
            switch (step / 64)
            {
                case 1: // it moves
                    (offset, trueRest) = (offset + 1, TimeSpan.Zero);
                    break;
                case 2: // the clock jumps, by days, in either direction
                    now += TimeSpan.FromDays(step % 2 == 0 ? 30 : -30);
                    break;
            }
            seen = Rest.Continue(seen, Seen(offset), now, LongestStep);
            // A jump can add the longest step to what is seen, once for each look, and never the jump itself.
            var jumps = TimeSpan.FromTicks(LongestStep.Ticks * steps.Count(s => s / 64 == 2));
            Assert.True(seen.ObservedSeconds <= (trueRest + jumps).TotalSeconds, $"{seen.ObservedSeconds} s were seen, {trueRest} and {jumps} were there");
        }
    }

    [Property(MaxTest = 200)]
    public void A_group_that_rests_is_ripe_at_last_and_one_that_moves_between_looks_never(byte[] history)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        var (resting, moving) = (default(Observation), default(Observation));
        var offset = 0L;
        foreach (var step in history)
            (now, resting) = (now.AddMinutes(step), Rest.Continue(resting, Seen(step), now, LongestStep));
        for (var look = 0; look < 25; look++)
        {
            now = now.AddHours(1);
            resting = Rest.Continue(resting, Seen(-1), now, LongestStep);
            moving = Rest.Continue(moving, Seen(offset++), now, LongestStep);
            Assert.False(Rest.IsRipe(moving, After));
        }
        Assert.True(Rest.IsRipe(resting!, After));
    }

    private static SeenGroup Seen(long offset) => new("group", null, Subscription, [new("t", 0, offset)], IsOwned: false);
}
