using Hermes.Worker.Consumer.Balancing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Worker.Consumer.Tests.Balancing;

public sealed class LivenessTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Who_is_away_is_alive_until_its_time_is_over()
    {
        var liveness = new Liveness(TimeSpan.FromSeconds(10), TimeSpan.Zero, _clock);
        Assert.Equal(["a", "b"], liveness.Look(["a", "b"], ["a"]).Order());
        Assert.Null(liveness.NextDeath);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], liveness.Look(["a"], ["a"])); // b had no work: nothing is to be waited for
        Assert.Equal(["a", "c"], liveness.Look(["c"], ["a", "c"]).Order());
        Assert.Equal(TimeSpan.FromSeconds(10), liveness.NextDeath);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["c"], liveness.Look(["c"], ["a", "c"]));
    }

    [Fact]
    public void A_new_leader_gives_those_whom_it_has_never_seen_their_time()
    {
        var liveness = new Liveness(TimeSpan.FromSeconds(1), TimeSpan.Zero, _clock);
        Assert.Equal(["a", "b"], liveness.Look(["a"], ["a", "b"]).Order());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], liveness.Look(["a"], ["a", "b"]));
        Assert.Null(liveness.NextDeath);
        Assert.Equal(["a", "b"], liveness.Look(["a", "b"], ["a"]).Order()); // and back again
    }

    [Fact]
    public void One_of_several_is_dead_at_once_and_most_of_them_only_after_a_while()
    {
        var liveness = new Liveness(TimeSpan.Zero, TimeSpan.FromSeconds(5), _clock);
        string[] all = ["a", "b", "c"];
        Assert.Equal(all, liveness.Look(all, all).Order());
        Assert.Equal(["a", "b"], liveness.Look(["a", "b"], all).Order());
        Assert.Equal(all, liveness.Look(["a"], all).Order()); // now it is two of three
        Assert.Equal(TimeSpan.FromSeconds(5), liveness.NextDeath);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["a"], liveness.Look(["a"], all));
        Assert.Equal(["a"], new Liveness(TimeSpan.Zero, TimeSpan.FromSeconds(5), _clock).Look(["a"], ["a", "b"])); // the other half is no majority
    }
}
