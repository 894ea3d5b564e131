namespace Hermes.Intake.Offsets;

/// <summary>Which targets of broadcasts took messages that are not settled: marks by offset.</summary>
internal sealed class ReachedMarks
{
    private readonly SortedDictionary<long, List<ulong>> _marks = [];

    public bool IsEmpty => _marks.Count == 0;

    public IReadOnlyList<ulong> Of(long offset) => _marks.TryGetValue(offset, out var marks) ? marks : [];

    public void Add(long offset, ulong mark)
    {
        if (!_marks.TryGetValue(offset, out var marks))
            _marks[offset] = marks = [];
        if (!marks.Contains(mark))
            marks.Add(mark);
    }

    public void Forget(long offset) => _marks.Remove(offset);

    /// <summary>Tells the writer all, in rising order of their offsets.</summary>
    public void CopyTo(SettledRunsWriter writer)
    {
        foreach (var (offset, marks) in _marks)
            writer.Reached(offset, marks);
    }
}
