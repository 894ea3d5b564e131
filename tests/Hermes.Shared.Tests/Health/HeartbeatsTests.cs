using Hermes.Shared.Health;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Shared.Tests.Health;

/// <summary>Who is taken for stuck, and who is not.</summary>
public sealed class HeartbeatsTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _clock = new();
    private readonly Heartbeats _heartbeats;

    public HeartbeatsTests() => _heartbeats = new(_clock);

    [Fact]
    public void A_loop_that_beats_in_time_lives_and_one_that_does_not_is_stuck()
    {
        using var quick = _heartbeats.Register("quick", Longest);
        using var slow = _heartbeats.Register("slow", Longest);
        _clock.Advance(Longest);
        Assert.All(_heartbeats.Loops, l => Assert.True(l.IsAlive));
        quick.Beat();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([("quick", true), ("slow", false)], _heartbeats.Loops.Select(l => (l.Name, l.IsAlive)));
        Assert.Equal(TimeSpan.FromSeconds(31), _heartbeats.Loops[1].Silence);
        slow.Beat();
        Assert.True(_heartbeats.Loops[1].IsAlive);
    }

    [Fact]
    public void A_loop_at_rest_may_be_silent_for_as_long_as_it_said()
    {
        using var forever = _heartbeats.Register("forever", Longest);
        using var bounded = _heartbeats.Register("bounded", Longest);
        forever.Rest();
        bounded.Rest(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromHours(1) + Longest);
        Assert.All(_heartbeats.Loops, l => Assert.True(l.IsAlive));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([("bounded", false), ("forever", true)], _heartbeats.Loops.Select(l => (l.Name, l.IsAlive)));
    }

    [Fact]
    public void A_server_that_is_away_excuses_who_waits_for_it_and_nobody_else()
    {
        using var waiting = _heartbeats.Register("waiting", Longest, Servers.ZooKeeper | Servers.Kafka);
        using var other = _heartbeats.Register("other", Longest, Servers.ZooKeeper);
        _heartbeats.Tell(Servers.ZooKeeper, isUp: true);
        _heartbeats.Tell(Servers.Kafka, isUp: false);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([("other", false), ("waiting", true)], _heartbeats.Loops.Select(l => (l.Name, l.IsAlive)));
        _heartbeats.Tell(Servers.Kafka, isUp: true);
        _clock.Advance(Longest);
        Assert.True(_heartbeats.Loops[1].IsAlive); // it may need that long to go on
        _heartbeats.Tell(Servers.Kafka, isUp: true); // still there: no new excuse
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_heartbeats.Loops[1].IsAlive);
    }

    [Fact]
    public void A_loop_at_its_end_is_no_loop_any_more()
    {
        _heartbeats.Register("short", Longest).Dispose();
        Assert.Empty(_heartbeats.Loops);
    }

    [Fact]
    public void What_has_no_turns_is_judged_by_what_it_should_have_done()
    {
        var overdue = Longest;
        _heartbeats.Watch("timetable", () => overdue, Longest);
        Assert.True(Assert.Single(_heartbeats.Loops).IsAlive);
        overdue += TimeSpan.FromSeconds(1);
        Assert.False(Assert.Single(_heartbeats.Loops).IsAlive);
    }
}
