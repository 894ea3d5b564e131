namespace Hermes.KafkaEmulator.Logs;

/// <summary>The offsets and times of the records in a batch.</summary>
internal static class BatchRecords
{
    /// <summary>Lists them in order. A batch that cannot be read to its end gives what can be read.</summary>
    /// <param name="batch">The batch's header.</param>
    /// <param name="bytes">The whole batch.</param>
    public static IEnumerable<(long Offset, long Timestamp)> Of(RecordBatch batch, ReadOnlyMemory<byte> bytes)
    {
        if (batch.IsAppendTime || batch.Count == 1)
            return Enumerable.Range(0, batch.Count).Select(delta => (batch.BaseOffset + delta, batch.MaxTimestamp));
        return Walk(batch, bytes[RecordBatch.HeaderSize..]);
    }

    private static IEnumerable<(long Offset, long Timestamp)> Walk(RecordBatch batch, ReadOnlyMemory<byte> records)
    {
        using var stream = TryOpen(batch, records);
        var scratch = new byte[4096];
        for (var i = 0; stream is not null && i < batch.Count; i++)
        {
            (long Offset, long Timestamp) record;
            try
            {
                ReadVarint(stream, out var length, out _);
                stream.ReadExactly(scratch, 0, 1); // the record's attributes, unused by Kafka
                ReadVarint(stream, out var timestampDelta, out var timestampSize);
                ReadVarint(stream, out var offsetDelta, out var offsetSize);
                Skip(stream, length - 1 - timestampSize - offsetSize, scratch);
                record = (batch.BaseOffset + offsetDelta, batch.BaseTimestamp + timestampDelta);
            }
            catch (Exception)
            {
                yield break; // see TryOpen
            }

            yield return record;
        }
    }

    private static Stream? TryOpen(RecordBatch batch, ReadOnlyMemory<byte> records)
    {
        try
        {
            return Compression.Open(batch.Compression, records);
        }
        catch (Exception)
        {
            // Each way of compression fails in its own way on bytes that it did not make.
            return null;
        }
    }

    private static void Skip(Stream stream, long count, byte[] scratch)
    {
        for (; count > 0; count -= Math.Min(count, scratch.Length))
            stream.ReadExactly(scratch, 0, (int)Math.Min(count, scratch.Length));
    }

    /// <summary>A signed number in groups of seven bits, low first, its sign in the lowest bit.</summary>
    private static void ReadVarint(Stream stream, out long value, out int size)
    {
        ulong raw = 0;
        for (size = 0; size < 10;)
        {
            var next = stream.ReadByte();
            if (next < 0)
                throw new EndOfStreamException();
            raw |= (ulong)(next & 0x7f) << (7 * size++);
            if (next < 0x80)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return;
            }
        }

        throw new InvalidDataException("A varint does not end.");
    }
}
