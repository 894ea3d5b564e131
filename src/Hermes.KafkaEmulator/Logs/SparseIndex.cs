namespace Hermes.KafkaEmulator.Logs;

/// <summary>Where batches start in a segment: one entry for every few kilobytes, so that a look-up walks over little.</summary>
/// <remarks>Between two entries lie batches of together less than <see cref="Interval"/> bytes, and then one of any size. Not thread-safe:
/// the log guards it.</remarks>
internal sealed class SparseIndex
{
    /// <summary>A wanted batch starts at most this far behind the position that a look-up gives.</summary>
    public const int Interval = 4096;

    private readonly List<Entry> _entries = [];
    private long _maxTimestamp = -1;
    private int _sinceEntry = Interval;

    /// <summary>Takes note of the next batch.</summary>
    public void Add(long baseOffset, int position, int size, long maxTimestamp)
    {
        if (_sinceEntry >= Interval)
        {
            _entries.Add(new Entry(baseOffset, position, _maxTimestamp));
            _sinceEntry = 0;
        }

        _sinceEntry += size;
        _maxTimestamp = Math.Max(_maxTimestamp, maxTimestamp);
    }

    /// <summary>A position at or before the batch that holds an offset.</summary>
    public int Floor(long offset) => Last(entry => entry.BaseOffset <= offset);

    /// <summary>A position before which every record is older than a time.</summary>
    public int FloorOfTime(long timestamp) => Last(entry => entry.MaxTimestampBefore < timestamp);

    private int Last(Predicate<Entry> holds)
    {
        // The predicate holds for a first part of the entries and for none behind it.
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(_entries[middle]))
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : _entries[low - 1].Position;
    }

    private readonly record struct Entry(long BaseOffset, int Position, long MaxTimestampBefore);
}
