namespace Hermes.Intake.Offsets;

/// <summary>Which targets of broadcasts took messages that are not settled: marks by offset.</summary>
internal sealed class ReachedMarks
{
    private readonly SortedDictionary<long, List<ulong>> _marks = [];

    public IReadOnlyList<ulong> Of(long offset) => _marks.Count > 0 && _marks.TryGetValue(offset, out var marks) ? marks : [];

    public void Add(long offset, ulong mark)
    {
        if (!_marks.TryGetValue(offset, out var marks))
            _marks[offset] = marks = [];
        if (!marks.Contains(mark))
            marks.Add(mark);
    }

    public void Forget(long offset)
    {
        if (_marks.Count > 0)
            _marks.Remove(offset);
    }

    /// <summary>Tells the writer those of an offset and all above it, in rising order.</summary>
    public void CopyFrom(long offset, SettledRunsWriter writer)
    {
        foreach (var (at, marks) in _marks)
        {
            if (at >= offset)
                writer.Reached(at, marks);
        }
    }
}
