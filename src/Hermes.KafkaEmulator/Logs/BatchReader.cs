namespace Hermes.KafkaEmulator.Logs;

/// <summary>Reads whole batches out of a segment. Works on what the log looked up, holds no lock.</summary>
internal static class BatchReader
{
    /// <summary>Reads from the batch that holds an offset, up to a number of bytes.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="position">A position of the index at or before that batch.</param>
    /// <param name="limit">The end of what is published.</param>
    /// <param name="offset">The wanted offset.</param>
    /// <param name="maxBytes">How many bytes at most.</param>
    /// <param name="atLeastOne">Give the first batch even when it is larger.</param>
    /// <param name="next">The offset behind what was read; 0 where that is nothing.</param>
    public static LogBytes Read(Segment segment, int position, int limit, long offset, int maxBytes, bool atLeastOne, out long next)
    {
        // The wanted batch starts within one interval of the index; from there on the reader gets its bytes.
        var count = (int)Math.Min(int.MaxValue / 2, (long)SparseIndex.Interval + RecordBatch.HeaderSize + maxBytes);
        var window = segment.Read(position, count, limit);
        var (start, end, needed) = Cut(window.Memory.Span, offset, maxBytes, out next);
        if (end > start)
            return window with { Memory = window.Memory[start..end] };
        window.Dispose();
        // The first batch is larger than asked for, or than what was read.
        if (needed > 0 && (atLeastOne || needed <= maxBytes))
            return segment.Read(position + start, needed, limit);
        next = 0;
        return default;
    }

    /// <summary>Finds the stretch of whole batches from the one that holds an offset on.</summary>
    /// <returns>The stretch, and the size of its first batch where that is too large for the stretch.</returns>
    private static (int Start, int End, int Needed) Cut(ReadOnlySpan<byte> bytes, long offset, int maxBytes, out long next)
    {
        next = 0;
        var start = 0;
        while (true)
        {
            if (!RecordBatch.TryMeasure(bytes[start..], out var last, out var first))
                return (start, start, 0);
            if (last >= offset)
            {
                next = last + 1;
                if (first > maxBytes || first > bytes.Length - start)
                    return (start, start, first);
                break;
            }

            if (first > bytes.Length - start)
                return (start, start, 0);
            start += first;
        }

        var end = start;
        while (RecordBatch.TryMeasure(bytes[end..], out var last, out var size) && size <= bytes.Length - end && end + (long)size - start <= maxBytes)
            (end, next) = (end + size, last + 1);
        return (start, end, 0);
    }
}
