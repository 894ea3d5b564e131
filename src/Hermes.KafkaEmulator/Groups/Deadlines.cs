namespace Hermes.KafkaEmulator.Groups;

/// <summary>
/// All deadlines of all groups in one queue with one timer. Putting a deadline off, as every heartbeat does, costs no queue operation:
/// the entry stays where it is and is moved when its old time comes.
/// </summary>
/// <remarks>Not safe for concurrent use: the owner calls everything, <see cref="RunDue"/> too, under its own lock.</remarks>
internal sealed class Deadlines : IDisposable
{
    private readonly PriorityQueue<Deadline, long> _queue = new();
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _armedFor = Deadline.Never;

    /// <param name="clock">The time.</param>
    /// <param name="wake">Called by the timer on a thread of its own; takes the owner's lock and calls <see cref="RunDue"/>.</param>
    public Deadlines(TimeProvider clock, Action wake)
    {
        (_clock, _start) = (clock, clock.GetTimestamp());
        _timer = clock.CreateTimer(_ => wake(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private long Now => _clock.GetElapsedTime(_start).Ticks;

    /// <summary>Lets it happen so much later than now, whatever was set before.</summary>
    public void Set(Deadline deadline, TimeSpan after)
    {
        deadline.At = Now + after.Ticks;
        if (deadline.QueuedFor <= deadline.At)
            return;
        Queue(deadline);
        Arm();
    }

    /// <summary>Runs what is due and arms the timer for the next.</summary>
    public void RunDue()
    {
        _armedFor = Deadline.Never;
        try
        {
            var now = Now;
            while (_queue.TryPeek(out var deadline, out var at) && at <= now)
            {
                _queue.Dequeue();
                if (at != deadline.QueuedFor)
                    continue; // brought forward since: it stands in the queue a second time
                deadline.QueuedFor = Deadline.Never;
                if (deadline.At == Deadline.Never)
                    continue;
                if (deadline.At > now)
                {
                    Queue(deadline);
                    continue;
                }

                deadline.Clear();
                deadline.Run();
            }
        }
        finally
        {
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Queue(Deadline deadline)
    {
        deadline.QueuedFor = deadline.At;
        _queue.Enqueue(deadline, deadline.At);
    }

    private void Arm()
    {
        if (!_queue.TryPeek(out _, out var at) || at >= _armedFor)
            return;
        _armedFor = at;
        // Timers count whole milliseconds; rounding up spares a wake-up that comes just too early.
        var due = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(TimeSpan.FromTicks(at - Now).TotalMilliseconds)));
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
