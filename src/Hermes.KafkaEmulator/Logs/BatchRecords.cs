namespace Hermes.KafkaEmulator.Logs;

/// <summary>The offsets and times of the records in a batch.</summary>
internal static class BatchRecords
{
    /// <summary>Lists them in order.</summary>
    /// <param name="batch">The batch's header.</param>
    /// <param name="bytes">The whole batch.</param>
    public static IEnumerable<(long Offset, long Timestamp)> Of(RecordBatch batch, ReadOnlyMemory<byte> bytes)
    {
        if (batch.IsAppendTime || batch.Count == 1)
            return Enumerable.Range(0, batch.Count).Select(delta => (batch.BaseOffset + delta, batch.MaxTimestamp));
        return batch.Compression == 0
            ? Walk(batch, bytes[RecordBatch.HeaderSize..])
            : [(batch.BaseOffset, batch.MaxTimestamp)];
    }

    private static IEnumerable<(long Offset, long Timestamp)> Walk(RecordBatch batch, ReadOnlyMemory<byte> records)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var at = 0;
            var span = records.Span;
            if (!TryVarint(span, ref at, out var length) || length < 0 || length > span.Length - at)
                yield break;
            var next = at + (int)length;
            at++; // the record's attributes, unused by Kafka
            if (!TryVarint(span, ref at, out var timestampDelta) || !TryVarint(span, ref at, out var offsetDelta))
                yield break;
            yield return (batch.BaseOffset + offsetDelta, batch.BaseTimestamp + timestampDelta);
            records = records[next..];
        }
    }

    /// <summary>A signed number in groups of seven bits, low first, its sign in the lowest bit.</summary>
    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            var next = bytes[at++];
            raw |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }

        value = 0;
        return false;
    }
}
