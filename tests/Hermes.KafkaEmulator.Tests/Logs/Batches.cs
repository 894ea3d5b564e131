using System.Buffers.Binary;
using System.IO.Compression;
using Hermes.KafkaEmulator.Logs;

namespace Hermes.KafkaEmulator.Tests.Logs;

/// <summary>Makes record batches as a producer does.</summary>
internal static class Batches
{
    public const long Time = 1_700_000_000_000;

    /// <summary>A batch of records whose values have some size.</summary>
    /// <param name="count">How many records.</param>
    /// <param name="valueSize">Bytes of each value.</param>
    /// <param name="times">The time of each record; by default <see cref="Time"/> and a millisecond more for each.</param>
    /// <param name="producer">Producer id, epoch and first sequence.</param>
    /// <param name="compression">Kafka's number of the compression, with what compresses.</param>
    public static byte[] Of(
        int count = 1, int valueSize = 10, long[]? times = null, (long Id, short Epoch, int Sequence)? producer = null, (short Codec, Func<byte[], byte[]> Pack)? compression = null)
    {
        times ??= [.. Enumerable.Range(0, count).Select(i => Time + i)];
        using var records = new MemoryStream();
        for (var i = 0; i < count; i++)
            WriteRecord(records, i, times[i] - times[0], valueSize);
        var body = compression is { } packed ? packed.Pack(records.ToArray()) : records.ToArray();
        var batch = new byte[RecordBatch.HeaderSize + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(8), batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(12), -1);
        batch[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), compression?.Codec ?? 0);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(23), count - 1);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(27), times[0]);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(35), times.Max());
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producer?.Id ?? -1);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), producer?.Epoch ?? -1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), producer?.Sequence ?? -1);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(57), count);
        body.CopyTo(batch, RecordBatch.HeaderSize);
        Seal(batch);
        return batch;
    }

    /// <summary>Gives a changed batch the checksum that fits it.</summary>
    public static void Seal(byte[] batch) => BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Of(batch.AsSpan(21)));

    public static byte[] Gzip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static void WriteRecord(MemoryStream records, int offsetDelta, long timeDelta, int valueSize)
    {
        using var record = new MemoryStream();
        record.WriteByte(0);
        WriteVarint(record, timeDelta);
        WriteVarint(record, offsetDelta);
        WriteVarint(record, -1); // no key
        WriteVarint(record, valueSize);
        for (var i = 0; i < valueSize; i++)
            record.WriteByte((byte)(i + offsetDelta));
        WriteVarint(record, 0); // no headers
        WriteVarint(records, record.Length);
        record.WriteTo(records);
    }

    private static void WriteVarint(MemoryStream stream, long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7)
            stream.WriteByte((byte)(rest | 0x80));
        stream.WriteByte((byte)rest);
    }
}
