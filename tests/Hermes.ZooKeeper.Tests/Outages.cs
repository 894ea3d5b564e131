using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.ZooKeeper.Tests;

/// <summary>What is told of something that fails again and again.</summary>
public sealed class Outages
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly Outage _outage;

    public Outages() => _outage = new("The door", _logger, _time);

    private string[] Told => [.. _logger.Collector.GetSnapshot().Select(r => $"{r.Level}: {r.Message}")];

    [Fact]
    public void The_first_failure_is_for_the_caller_to_tell_and_the_same_ones_after_it_are_not()
    {
        Assert.True(_outage.Fails("locked"));
        for (var attempt = 0; attempt < 100; attempt++)
        {
            _time.Advance(Outage.Interval / 101);
            Assert.False(_outage.Fails("locked"));
        }
        Assert.Empty(Told);
    }

    [Fact]
    public void Every_30_s_it_is_told_how_long_it_lasts_and_once_that_it_is_over()
    {
        _outage.Fails("locked");
        for (var second = 1; second <= 75; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _outage.Fails("locked");
        }
        _outage.Works();
        _outage.Works();
        Assert.Equal(
        [
            "Warning: The door: has failed for 00:00:30 by now, 31 times; the last time: locked",
            "Warning: The door: has failed for 00:01:00 by now, 61 times; the last time: locked",
            "Information: The door: works again, after 00:01:15 and 76 failures",
        ], Told);
    }

    [Fact]
    public void A_new_reason_is_told_at_once_and_one_that_was_told_is_not_told_again()
    {
        Assert.True(_outage.Fails("locked"));
        Assert.True(_outage.Fails("gone"));
        Assert.False(_outage.Fails("locked"));
        Assert.False(_outage.Fails("gone"));
    }

    [Fact]
    public void Reasons_that_never_come_twice_are_not_told_without_end() =>
        Assert.InRange(Enumerable.Range(0, 1000).Count(number => _outage.Fails($"reason {number}")), 1, 10);

    [Fact]
    public void After_its_end_all_begins_anew()
    {
        _outage.Fails("locked");
        _outage.Works();
        Assert.True(_outage.Fails("locked"));
    }

    [Fact]
    public void The_kind_of_a_failure_is_its_reason_and_not_its_words()
    {
        Assert.True(_outage.Fails(new ZooKeeperException(ErrorCode.NoAuth, "/one")));
        Assert.False(_outage.Fails(new ZooKeeperException(ErrorCode.NoAuth, "/two")));
        Assert.True(_outage.Fails(new ZooKeeperException(ErrorCode.NoNode, "/two")));
        Assert.True(_outage.Fails(new IOException("away")));
    }
}
