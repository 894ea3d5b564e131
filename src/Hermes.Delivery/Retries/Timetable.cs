using System.Diagnostics;

namespace Hermes.Delivery.Retries;

/// <summary>
/// Everything in the process that waits for a moment (retries, pace, pauses, request deadlines) in one priority queue on one timer.
/// </summary>
/// <remarks>Moments are timestamps of the clock. An entry cannot be withdrawn: who is called looks whether it still wants to.</remarks>
internal sealed class Timetable : IDisposable
{
    private const int Batch = 64;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<ITimed, long> _entries = new();
    private long _armedFor = long.MaxValue;
    private bool _closed;

    public Timetable(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(static state => ((Timetable)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Entries that wait, for tests and gauges.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    /// <summary>For how long the earliest entry should have been called by now.</summary>
    public TimeSpan Overdue
    {
        get
        {
            lock (_gate)
                return _entries.TryPeek(out _, out var moment) && moment < Now ? Between(moment, Now) : TimeSpan.Zero;
        }
    }

    public long Now => _clock.GetTimestamp();

    /// <summary>The timestamp that lies <paramref name="delay"/> after <paramref name="from"/>.</summary>
    public long After(long from, TimeSpan delay) => from + (long)(delay.TotalSeconds * _clock.TimestampFrequency);

    /// <summary>The time between two timestamps.</summary>
    public TimeSpan Between(long from, long to) => _clock.GetElapsedTime(from, to);

    /// <summary>Calls <paramref name="entry"/> at <paramref name="moment"/>, or as soon as possible when that has passed.</summary>
    public void Add(ITimed entry, long moment)
    {
        lock (_gate)
        {
            if (_closed) return;
            _entries.Enqueue(entry, moment);
            if (moment < _armedFor) Arm(moment);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _entries.Clear();
        }

        _timer.Dispose();
    }

    private void Run()
    {
        var due = new ITimed[Batch];
        int count;
        do
        {
            count = 0;
            lock (_gate)
            {
                var now = _clock.GetTimestamp();
                while (count < Batch && _entries.TryPeek(out _, out var moment) && moment <= now) due[count++] = _entries.Dequeue();
                if (count < Batch && !_closed)
                {
                    _armedFor = long.MaxValue;
                    if (_entries.TryPeek(out _, out var next)) Arm(next);
                }
            }

            for (var i = 0; i < count; i++) due[i].Due();
        }
        while (count == Batch);
    }

    private void Arm(long moment)
    {
        _armedFor = moment;
        var wait = moment - _clock.GetTimestamp();
        // Whole milliseconds, rounded up: a timer that fires early would find nothing due and turn in circles.
        var milliseconds = wait <= 0 ? 0 : Math.Min((wait * 1000 / _clock.TimestampFrequency) + 1, int.MaxValue);
        Debug.Assert(milliseconds >= 0, "A timestamp went backwards.");
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
