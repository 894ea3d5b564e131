using Hermes.Worker.Consumer.Balancing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Worker.Consumer.Tests.Balancing;

public sealed class LivenessTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Who_is_away_is_alive_until_its_time_is_over()
    {
        var liveness = new Liveness(TimeSpan.FromSeconds(10), _clock);
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
        var liveness = new Liveness(TimeSpan.FromSeconds(1), _clock);
        Assert.Equal(["a", "b"], liveness.Look(["a"], ["a", "b"]).Order());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], liveness.Look(["a"], ["a", "b"]));
        Assert.Null(liveness.NextDeath);
        Assert.Equal(["a", "b"], liveness.Look(["a", "b"], ["a"]).Order()); // and back again
    }
}
