using FsCheck.Fluent;
using FsCheck.Xunit;
using Hermes.Delivery.Retries;

namespace Hermes.Delivery.Tests.Retries;

public sealed class BackoffPolicyTests
{
    private static readonly TimeSpan TwoSeconds = TimeSpan.FromSeconds(2);

    [Fact]
    public void The_first_pause_is_the_backoff_and_is_not_capped()
    {
        var policy = new BackoffPolicy(TimeSpan.FromSeconds(30), 2, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(30), policy.Next(null));
        Assert.Equal(TimeSpan.FromSeconds(1), policy.Next(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Pauses_grow_by_the_multiplier_up_to_the_cap()
    {
        var policy = new BackoffPolicy(TimeSpan.FromMilliseconds(100), 3, TwoSeconds, TimeSpan.FromHours(1));
        var pauses = new List<double>();
        TimeSpan? pause = null;
        for (var i = 0; i < 5; i++) pauses.Add((pause = policy.Next(pause)).Value.TotalMilliseconds);
        Assert.Equal([100, 300, 900, 2000, 2000], pauses);
    }

    [Fact]
    public void A_time_to_live_of_zero_means_one_attempt() =>
        Assert.Null(new BackoffPolicy(TimeSpan.Zero, 1, TwoSeconds, TimeSpan.Zero).DelayFor(TimeSpan.Zero, TimeSpan.Zero, null));

    [Fact]
    public void Retry_After_takes_the_place_of_the_backoff()
    {
        var policy = new BackoffPolicy(TimeSpan.FromSeconds(1), 1, TwoSeconds, TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromSeconds(20), policy.DelayFor(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)));
        Assert.Null(policy.DelayFor(TimeSpan.FromSeconds(41), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Retry_After_beyond_the_time_to_live_gives_up_unless_the_message_was_read_this_moment()
    {
        var policy = new BackoffPolicy(TimeSpan.FromSeconds(1), 1, TwoSeconds, TimeSpan.FromMinutes(1));
        Assert.Null(policy.DelayFor(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)));
        Assert.Equal(TimeSpan.FromMinutes(1), policy.DelayFor(TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)));
    }

    [Property(MaxTest = 2000)]
    public bool No_retry_begins_after_the_time_to_live(ushort first, byte multiplier, ushort longest, ushort ttl, uint ageMs, ushort? retryAfter)
    {
        var policy = Policy(first, multiplier, longest, ttl);
        var age = TimeSpan.FromMilliseconds(ageMs % 10_000_000);
        var delay = policy.DelayFor(age, policy.Next(null), retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        // The one exception is a pause longer than the whole time to live, which only a message of age zero may begin.
        return delay is null || age + delay <= policy.TimeToLive || age == TimeSpan.Zero;
    }

    [Property(MaxTest = 2000)]
    public bool Pauses_never_shrink_and_never_pass_the_cap(ushort first, byte multiplier, ushort longest, byte steps)
    {
        var policy = Policy(first, multiplier, longest, 3600);
        var pause = policy.Next(null);
        if (pause != policy.First) return false;
        for (var i = 0; i < steps; i++)
        {
            var next = policy.Next(pause);
            if (next > policy.Longest || (next < pause && next != policy.Longest)) return false;
            pause = next;
        }

        return true;
    }

    [Property(MaxTest = 500)]
    public bool Every_message_comes_to_an_end(ushort first, byte multiplier, ushort longest, ushort ttl)
    {
        var policy = Policy((ushort)(first + 50), multiplier, (ushort)(longest | 1), (ushort)(ttl % 7200));
        var age = TimeSpan.Zero;
        TimeSpan? pause = null;
        for (var attempts = 0; attempts < 200_000; attempts++)
        {
            pause = policy.Next(pause);
            if (policy.DelayFor(age, pause.Value, null) is not { } delay) return true;
            age += delay + TimeSpan.FromMilliseconds(1);
        }

        return false;
    }

    private static BackoffPolicy Policy(ushort firstMs, byte multiplier, ushort longestSeconds, ushort ttlSeconds) =>
        new(TimeSpan.FromMilliseconds(firstMs), 1 + (multiplier / 28.0), TimeSpan.FromSeconds(longestSeconds), TimeSpan.FromSeconds(ttlSeconds));
}
