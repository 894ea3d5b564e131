using Hermes.KafkaEmulator.Groups;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>The queue of all deadlines, on a clock that the test moves.</summary>
public sealed class DeadlineQueue : IDisposable
{
    private readonly CountingClock _clock = new();
    private readonly List<string> _ran = [];
    private readonly Deadlines _deadlines;

    public DeadlineQueue()
    {
        Deadlines deadlines = null!;
        _deadlines = deadlines = new Deadlines(_clock, () =>
        {
            try
            {
                deadlines.RunDue();
            }
            catch (IOException e)
            {
                _ran.Add(e.Message);
            }
        });
    }

    [Fact]
    public void Runs_each_once_at_its_time_in_order()
    {
        Set("late", 20);
        Set("early", 10);
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(_ran);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["early"], _ran);
        _clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(["early", "late"], _ran);
    }

    [Fact]
    public void Can_be_put_off_brought_forward_and_cleared()
    {
        var one = Set("one", 10);
        var two = Set("two", 10);
        var three = Set("three", 10);
        _deadlines.Set(one, TimeSpan.FromSeconds(30));
        _deadlines.Set(two, TimeSpan.FromSeconds(5));
        three.Clear();
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(["two"], _ran);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["two"], _ran);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["two", "one"], _ran);
        _deadlines.Set(three, TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["two", "one", "three"], _ran);
    }

    [Fact]
    public void Ten_thousand_deadlines_put_off_again_and_again_need_one_timer()
    {
        var all = Enumerable.Range(0, 10_000).Select(i => Set($"{i}", 10)).ToList();
        for (var second = 0; second < 60; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            all.ForEach(deadline => _deadlines.Set(deadline, TimeSpan.FromSeconds(10)));
        }

        Assert.Empty(_ran);
        Assert.Equal(1, _clock.Timers);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(10_000, _ran.Count);
    }

    [Fact]
    public void Goes_on_after_one_that_throws()
    {
        _deadlines.Set(new Deadline(() => throw new IOException("full")), TimeSpan.FromSeconds(1));
        Set("next", 2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["full", "next"], _ran);
    }

    public void Dispose() => _deadlines.Dispose();

    private Deadline Set(string name, int seconds)
    {
        var deadline = new Deadline(() => _ran.Add(name));
        _deadlines.Set(deadline, TimeSpan.FromSeconds(seconds));
        return deadline;
    }

    private sealed class CountingClock : FakeTimeProvider
    {
        public int Timers { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers++;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
