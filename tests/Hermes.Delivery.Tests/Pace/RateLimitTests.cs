using FsCheck.Xunit;
using Hermes.Delivery.Pace;

namespace Hermes.Delivery.Tests.Pace;

public sealed class RateLimitTests
{
    private const long Second = 10_000_000;
    private const long Start = 5 * Second;

    [Fact]
    public void Starts_with_one_second_saved_and_then_keeps_the_rate()
    {
        var limit = Limit(100);
        Assert.Equal(100, TakeAll(limit, Start));
        Assert.Equal(100, Enumerable.Range(1, 1000).Sum(ms => TakeAll(limit, Start + (ms * Second / 1000))));
    }

    [Fact]
    public void A_rest_saves_up_one_second_and_no_more()
    {
        var limit = Limit(100);
        TakeAll(limit, Start);
        Assert.Equal(100, TakeAll(limit, Start + (60 * Second)));
    }

    [Fact]
    public void A_refusal_tells_the_moment_at_which_it_will_be_granted()
    {
        var limit = Limit(4);
        TakeAll(limit, Start);
        Assert.False(limit.TryTake(Start, out var again));
        Assert.Equal(Start + (Second / 4), again);
        Assert.False(limit.TryTake(again - 1, out _));
        Assert.True(limit.TryTake(again, out _));
    }

    [Fact]
    public void Less_than_one_a_second_is_possible()
    {
        var limit = Limit(1.0 / 60);
        Assert.Equal(1, TakeAll(limit, Start));
        Assert.Equal(0, TakeAll(limit, Start + (59 * Second)));
        Assert.Equal(1, TakeAll(limit, Start + (61 * Second)));
    }

    [Fact]
    public void A_new_rate_counts_at_once()
    {
        var limit = Limit(1);
        TakeAll(limit, Start);
        limit.Set(1000, Start);
        Assert.InRange(TakeAll(limit, Start + (2 * Second)), 999, 1000);
    }

    [Fact]
    public void A_faster_rate_shortens_a_wait_that_has_begun()
    {
        var limit = Limit(1.0 / 60);
        TakeAll(limit, Start);
        limit.Set(10, Start + (30 * Second)); // half of the wait is over
        Assert.False(limit.TryTake(Start + (30 * Second), out var again));
        Assert.Equal(Start + (30 * Second) + (Second / 20), again);
    }

    [Property(MaxTest = 300)]
    public bool Never_grants_more_than_the_rate_over_any_stretch_and_one_second_more(ushort rate, ushort[] gapsMs)
    {
        var perSecond = rate + 1;
        var limit = Limit(perSecond);
        var now = Start;
        var granted = new List<(long At, int Count)>();
        foreach (var gap in gapsMs.Take(40))
        {
            now += gap * (Second / 1000);
            granted.Add((now, TakeAll(limit, now)));
        }

        for (var from = 0; from < granted.Count; from++)
        {
            var sum = 0;
            for (var to = from; to < granted.Count; to++)
            {
                sum += granted[to].Count;
                if (sum > (perSecond * (((granted[to].At - granted[from].At) / (double)Second) + 1)) + 1) return false;
            }
        }

        return true;
    }

    private static RateLimit Limit(double perSecond)
    {
        var limit = new RateLimit(Second);
        limit.Set(perSecond, Start);
        return limit;
    }

    private static int TakeAll(RateLimit limit, long now)
    {
        var count = 0;
        while (limit.TryTake(now, out _)) count++;
        return count;
    }
}
