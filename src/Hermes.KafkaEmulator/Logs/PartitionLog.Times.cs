namespace Hermes.KafkaEmulator.Logs;

internal sealed partial class PartitionLog
{
    /// <summary>Finds the first record that is not older than a time.</summary>
    /// <returns>Its offset and time; null when every record is older.</returns>
    public (long Offset, long Timestamp)? FindByTime(long timestamp)
    {
        Segment? segment;
        int position, limit;
        long start;
        lock (_gate)
        {
            start = _startOffset;
            var first = SegmentOf(start);
            segment = _segments.Skip(first).FirstOrDefault(candidate => candidate.MaxTimestamp >= timestamp);
            if (segment is null)
                return null;
            (position, limit) = (segment.Index.FloorOfTime(timestamp), segment.Size);
        }

        return Search(segment, position, limit, start, record => record.Timestamp >= timestamp);
    }

    /// <summary>Finds the first record with the highest time of all.</summary>
    /// <returns>Its offset and time; null for an empty log.</returns>
    public (long Offset, long Timestamp)? FindLatestTime()
    {
        Segment? segment;
        int position, limit;
        long start, latest;
        lock (_gate)
        {
            start = _startOffset;
            segment = _startOffset == _endOffset ? null : _segments.Skip(SegmentOf(start)).MaxBy(candidate => candidate.MaxTimestamp);
            if (segment is null)
                return null;
            (position, limit, latest) = (segment.MaxTimestampPosition, segment.Size, segment.MaxTimestamp);
        }

        return Search(segment, position, limit, start, record => record.Timestamp == latest);
    }

    private static (long Offset, long Timestamp)? Search(
        Segment segment, int position, int limit, long start, Predicate<(long Offset, long Timestamp)> wanted)
    {
        try
        {
            while (position < limit)
            {
                using var bytes = BatchReader.Read(segment, position, limit, offset: 0, maxBytes: LargestChunk, atLeastOne: true, out _);
                var rest = bytes.Memory;
                while (rest.Length > 0)
                {
                    var batch = RecordBatch.Read(rest.Span);
                    if (batch.LastOffset >= start && wanted((batch.LastOffset, batch.MaxTimestamp)))
                    {
                        foreach (var record in BatchRecords.Of(batch, rest[..batch.Size]))
                        {
                            if (record.Offset >= start && wanted(record))
                                return record;
                        }
                    }

                    rest = rest[batch.Size..];
                    position += batch.Size;
                }
            }
        }
        catch (ObjectDisposedException) { } // deleted meanwhile: there is nothing to find

        return null;
    }
}
