using Hermes.Delivery.Retries;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.Retries;

public sealed class TimetableTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Timetable _timetable;
    private readonly List<string> _called = [];

    public TimetableTests() => _timetable = new Timetable(_clock);

    public void Dispose() => _timetable.Dispose();

    [Fact]
    public void Calls_in_the_order_of_the_moments_not_of_the_additions()
    {
        Add("third", 300);
        Add("first", 100);
        Add("second", 200);
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(["first", "second"], _called);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["first", "second", "third"], _called);
    }

    [Fact]
    public void Calls_nothing_before_its_moment()
    {
        Add("later", 1000);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(_called);
        Assert.Equal(1, _timetable.Count);
    }

    [Fact]
    public void A_thousand_that_are_due_together_are_all_called()
    {
        for (var i = 0; i < 1000; i++) Add($"{i}", 5);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(1000, _called.Count);
    }

    [Fact]
    public void An_alarm_set_earlier_looks_once_then_and_not_again_for_what_it_overtook()
    {
        var alarm = new Alarm(_timetable, () => _called.Add("look"));
        alarm.Set(At(500));
        alarm.Set(At(100));
        alarm.Set(At(300));
        _clock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(["look"], _called);
        alarm.Set(At(2000));
        _clock.Advance(TimeSpan.FromMilliseconds(800));
        Assert.Equal(["look"], _called);
        _clock.Advance(TimeSpan.FromMilliseconds(2000));
        Assert.Equal(["look", "look"], _called);
    }

    [Fact]
    public void Nothing_is_called_after_the_end()
    {
        Add("never", 100);
        _timetable.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_called);
    }

    private long At(int milliseconds) => _timetable.After(_timetable.Now, TimeSpan.FromMilliseconds(milliseconds));

    private void Add(string name, int milliseconds) => _timetable.Add(new Call(() => _called.Add(name)), At(milliseconds));

    private sealed class Call(Action action) : ITimed
    {
        public void Due() => action();
    }
}
