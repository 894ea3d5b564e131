namespace Hermes.Intake.Offsets;

/// <summary>The offsets of one partition in one epoch: which were taken, which of them are settled, and so what may be
/// committed. Taken by the intake in their order, settled by anyone in any order.</summary>
/// <remarks>What may be committed never exceeds the smallest offset that is taken and not settled (invariant I1). One short
/// lock, nothing allocated once the ring has grown to the window's size.</remarks>
public class OffsetLedger
{
    private readonly Lock _gate = new();
    private readonly SettledRuns _settledBefore;
    private readonly ReachedMarks _reached = new();
    private long[] _offsets = new long[64];
    private bool[] _settled = new bool[64];
    private int _head;
    private int _count;
    private long _next;
    private long _changes;

    /// <summary>Nothing taken yet.</summary>
    /// <param name="topic">The Kafka topic.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="epoch">Which of this process's ownerships of it; later ones have higher numbers.</param>
    /// <param name="start">The first offset to read.</param>
    /// <param name="settledBefore">What an earlier owner had settled above it.</param>
    public OffsetLedger(string topic, int partition, int epoch, long start, SettledRuns settledBefore) =>
        (Topic, Partition, Epoch, _next, _settledBefore) = (topic, partition, epoch, start, settledBefore);

    /// <summary>The Kafka topic.</summary>
    public string Topic { get; }

    /// <summary>Its partition.</summary>
    public int Partition { get; }

    /// <summary>Which of this process's ownerships of it.</summary>
    public int Epoch { get; }

    /// <summary>Counts what was settled: unchanged, there is nothing new to commit.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Whether all that was taken is settled.</summary>
    public bool IsAtRest
    {
        get
        {
            lock (_gate)
                return _count == 0;
        }
    }

    /// <summary>Takes an offset.</summary>
    /// <returns>Whether its record is to be delivered: not when it was taken before, and not when it was settled by an
    /// earlier owner; then it is settled here at once.</returns>
    public bool Take(long offset)
    {
        lock (_gate)
        {
            if (offset < _next)
                return false;
            _next = offset + 1;
            if (_count == _offsets.Length)
                Grow();
            var at = (_head + _count++) & (_offsets.Length - 1);
            _offsets[at] = offset;
            _settled[at] = _settledBefore.Contains(offset);
            if (!_settled[at])
            {
                foreach (var target in _settledBefore.ReachedOf(offset))
                    _reached.Add(offset, target);
                return true;
            }
            Advance();
            _changes++;
            return false;
        }
    }

    /// <summary>The targets of a broadcast that took it from an earlier owner: their marks.</summary>
    public IReadOnlyList<ulong> ReachedBefore(long offset) => _settledBefore.ReachedOf(offset);

    /// <summary>Notes that a target has taken a message which others have not; it counts until the offset is settled.</summary>
    public void Reached(long offset, ulong target)
    {
        lock (_gate)
        {
            if (IndexOf(offset) is not { } at || _settled[at])
                return;
            _reached.Add(offset, target);
            _changes++;
        }
    }

    /// <summary>Settles an offset that was taken; others, and a second time, change nothing.</summary>
    public void Settle(long offset)
    {
        lock (_gate)
        {
            if (IndexOf(offset) is not { } at || _settled[at])
                return;
            _settled[at] = true;
            _changes++;
            _reached.Forget(offset);
            if (at == _head)
                Advance();
        }
    }

    /// <summary>What to commit now: the smallest unsettled offset, and what is settled above it.</summary>
    public LedgerMark Mark()
    {
        lock (_gate)
        {
            var committable = _count == 0 ? _next : _offsets[_head];
            var runs = new SettledRunsWriter(committable);
            for (var i = 0; i < _count; i++)
            {
                var at = (_head + i) & (_offsets.Length - 1);
                if (_settled[at])
                    runs.Settled(_offsets[at]);
                else
                    runs.Unsettled();
            }
            // What an earlier owner had settled beyond what was read so far must not be forgotten.
            _settledBefore.CopyFrom(_next, runs);
            _reached.CopyFrom(committable, runs);
            _settledBefore.CopyReachedFrom(_next, runs);
            return new(committable, runs.ToMetadata());
        }
    }

    private void Advance()
    {
        while (_count > 0 && _settled[_head])
        {
            _head = (_head + 1) & (_offsets.Length - 1);
            _count--;
        }
    }

    private int? IndexOf(long offset)
    {
        var (low, high) = (0, _count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var at = (_head + middle) & (_offsets.Length - 1);
            if (_offsets[at] == offset)
                return at;
            if (_offsets[at] < offset)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return null;
    }

    private void Grow()
    {
        var (offsets, settled) = (new long[_offsets.Length * 2], new bool[_offsets.Length * 2]);
        for (var i = 0; i < _count; i++)
        {
            var at = (_head + i) & (_offsets.Length - 1);
            (offsets[i], settled[i]) = (_offsets[at], _settled[at]);
        }
        (_offsets, _settled, _head) = (offsets, settled, 0);
    }
}
