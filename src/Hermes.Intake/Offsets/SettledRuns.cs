using System.Buffers.Binary;
using System.Buffers.Text;

namespace Hermes.Intake.Offsets;

/// <summary>What is settled above a committed offset, as runs of offsets; written into the commit's metadata, so that the
/// next owner skips it.</summary>
/// <remarks>Format: <c>hw1:</c> and base64url of numbers (LEB128): the distance from the committed offset, or from the end of
/// the run before, to a run, and the run's length; and so on. A run without a length ends them; behind it stand the messages that targets of
/// a broadcast have taken while others have not: the distance from the committed offset, or from the one before, the number of targets, and
/// the 8 bytes of each one's mark. A reader that does not know these stops before them. Since whoever moves a group's offset replaces its metadata as
/// well, a rewind forgets the runs in the same stroke. Metadata of another form is someone else's and says nothing here.</remarks>
public sealed class SettledRuns
{
    internal const string Prefix = "hw1:";

    private readonly List<(long First, long End)> _runs;
    private readonly ReachedMarks _reached;

    private SettledRuns(List<(long, long)> runs, ReachedMarks reached) => (_runs, _reached) = (runs, reached);

    /// <summary>Nothing.</summary>
    public static SettledRuns None { get; } = new([], new());

    /// <summary>Reads what a commit's metadata says. What is cut off or garbled says nothing from there on.</summary>
    public static SettledRuns Parse(long committed, string? metadata)
    {
        if (metadata is null || !metadata.StartsWith(Prefix, StringComparison.Ordinal) || !Base64Url.IsValid(metadata.AsSpan(Prefix.Length)))
            return None;
        var bytes = Base64Url.DecodeFromChars(metadata.AsSpan(Prefix.Length));
        var runs = new List<(long, long)>();
        var (at, position) = (0, committed);
        while (TryRead(bytes, ref at, out var gap) && TryRead(bytes, ref at, out var length) && gap >= 0 && length >= 0)
        {
            if (length == 0)
                return new(runs, ParseReached(committed, bytes.AsSpan(at)));
            if (position > long.MaxValue - gap || position + gap > long.MaxValue - length)
                break;
            runs.Add((position + gap, position + gap + length));
            position += gap + length;
        }
        return new(runs, new());
    }

    private static ReachedMarks ParseReached(long committed, ReadOnlySpan<byte> bytes)
    {
        var reached = new ReachedMarks();
        var (at, offset) = (0, committed);
        while (TryRead(bytes, ref at, out var gap) && TryRead(bytes, ref at, out var count)
            && gap >= 0 && offset <= long.MaxValue - gap && count > 0 && count <= (bytes.Length - at) / sizeof(ulong))
        {
            offset += gap;
            for (; count > 0; count--, at += sizeof(ulong))
                reached.Add(offset, BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]));
        }
        return reached;
    }

    /// <summary>Whether an offset is in one of the runs.</summary>
    public bool Contains(long offset)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var (first, end) = _runs[middle];
            if (offset < first)
                high = middle - 1;
            else if (offset >= end)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    /// <summary>The marks of the targets that took an offset's message.</summary>
    public IReadOnlyList<ulong> ReachedOf(long offset) => _reached.Of(offset);

    /// <summary>Tells the writer of the runs from an offset on.</summary>
    internal void CopyFrom(long offset, SettledRunsWriter writer)
    {
        foreach (var (first, end) in _runs)
        {
            if (end <= offset)
                continue;
            writer.Unsettled();
            writer.Run(Math.Max(first, offset), end);
        }
    }

    /// <summary>Tells the writer of the reached targets from an offset on.</summary>
    internal void CopyReachedFrom(long offset, SettledRunsWriter writer) => _reached.CopyFrom(offset, writer);

    private static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (var shift = 0; at < bytes.Length && shift < 63; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return true;
        }
        return false;
    }
}
