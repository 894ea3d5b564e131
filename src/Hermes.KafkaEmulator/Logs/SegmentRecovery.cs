using System.Globalization;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>Reads the files of a log again after a start: finds the batches in them, and cuts off what a kill left unfinished.</summary>
internal static class SegmentRecovery
{
    private const int Window = 4 * 1024 * 1024;

    /// <summary>Opens every segment of a folder, oldest first.</summary>
    /// <param name="folder">The log's folder.</param>
    /// <param name="producers">Learns of the idempotent producers from their batches.</param>
    /// <param name="now">The time from which on the producers count as idle, in milliseconds since 1970.</param>
    /// <param name="endOffset">The offset behind the last whole batch.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static List<Segment> Open(string folder, ProducerStates producers, long now, out long endOffset)
    {
        endOffset = 0;
        var segments = new List<Segment>();
        var whole = true;
        foreach (var baseOffset in BaseOffsets(folder))
        {
            var segment = new FileSegment(folder, baseOffset);
            // Behind a fault nothing can be trusted to follow: the log ends there.
            if (!whole)
            {
                segment.Delete();
                continue;
            }

            segments.Add(segment);
            endOffset = Scan(segment, producers, now, baseOffset);
            if (segment.Size < segment.FileLength)
            {
                segment.Truncate();
                whole = false;
            }
        }

        return segments;
    }

    private static IEnumerable<long> BaseOffsets(string folder) =>
        Directory.EnumerateFiles(folder, "*" + FileSegment.Extension)
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture))
            .Order();

    private static long Scan(FileSegment segment, ProducerStates producers, long now, long baseOffset)
    {
        var next = baseOffset;
        var limit = (int)Math.Min(segment.FileLength, int.MaxValue);
        while (segment.Size < limit)
        {
            using var window = segment.Read(segment.Size, Window, limit);
            var bytes = window.Memory.Span;
            var at = 0;
            while (RecordBatch.Check(bytes[at..], out var batch) is KafkaError.None && batch.BaseOffset >= next)
            {
                segment.Publish(batch);
                producers.Kept(batch, now);
                next = batch.LastOffset + 1;
                at += batch.Size;
            }

            // A batch larger than the window is read once more, alone.
            if (at == 0 && !TryScanLarge(segment, producers, now, bytes, limit, ref next))
                break;
        }

        return next;
    }

    private static bool TryScanLarge(FileSegment segment, ProducerStates producers, long now, ReadOnlySpan<byte> bytes, int limit, ref long next)
    {
        if (!RecordBatch.TryMeasure(bytes, out _, out var size) || size <= bytes.Length || size > limit - segment.Size)
            return false;
        using var window = segment.Read(segment.Size, size, limit);
        if (RecordBatch.Check(window.Memory.Span, out var batch) is not KafkaError.None || batch.BaseOffset < next)
            return false;
        segment.Publish(batch);
        producers.Kept(batch, now);
        next = batch.LastOffset + 1;
        return true;
    }
}
