using System.Buffers.Binary;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>The header of a record batch of format 2, in which every record is produced, kept and fetched.</summary>
/// <remarks>The base offset and the leader's epoch stand outside of the checksum: the broker writes them without touching the rest.</remarks>
internal readonly record struct RecordBatch
{
    public const int HeaderSize = 61;

    private const int LengthAt = 8;
    private const int EpochAt = 12;
    private const int MagicAt = 16;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private const int MaxTimestampAt = 35;
    private const short CompressionMask = 0x07;
    private const short AppendTimeBit = 0x08;
    private const short TransactionalBit = 0x10;
    private const short ControlBit = 0x20;

    public long BaseOffset { get; private init; }

    /// <summary>Bytes of the whole batch, header included.</summary>
    public int Size { get; private init; }

    public short Attributes { get; private init; }

    public int LastOffsetDelta { get; private init; }

    public long BaseTimestamp { get; private init; }

    public long MaxTimestamp { get; private init; }

    public long ProducerId { get; private init; }

    public short ProducerEpoch { get; private init; }

    public int BaseSequence { get; private init; }

    public int Count { get; private init; }

    public long LastOffset => BaseOffset + LastOffsetDelta;

    public int Compression => Attributes & CompressionMask;

    public bool IsAppendTime => (Attributes & AppendTimeBit) != 0;

    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    public bool IsControl => (Attributes & ControlBit) != 0;

    public bool IsIdempotent => ProducerId >= 0;

    /// <summary>The last sequence number; they wrap from 2^31 - 1 to 0.</summary>
    public int LastSequence => (int)(((long)BaseSequence + LastOffsetDelta) % (int.MaxValue + 1L));

    /// <summary>The offset and the size of the batch at the start of some bytes, for walks over many of them.</summary>
    /// <returns>False where the bytes end inside the header.</returns>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out long lastOffset, out int size)
    {
        (lastOffset, size) = (0, 0);
        if (bytes.Length < HeaderSize)
            return false;
        size = LengthAt + sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(bytes[LengthAt..]);
        lastOffset = BinaryPrimitives.ReadInt64BigEndian(bytes) + BinaryPrimitives.ReadInt32BigEndian(bytes[23..]);
        return true;
    }

    /// <summary>Reads a header whose batch has been checked before.</summary>
    public static RecordBatch Read(ReadOnlySpan<byte> bytes) => new()
    {
        BaseOffset = BinaryPrimitives.ReadInt64BigEndian(bytes),
        Size = LengthAt + sizeof(int) + BinaryPrimitives.ReadInt32BigEndian(bytes[LengthAt..]),
        Attributes = BinaryPrimitives.ReadInt16BigEndian(bytes[AttributesAt..]),
        LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
        BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
        MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(bytes[MaxTimestampAt..]),
        ProducerId = BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
        ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
        BaseSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
        Count = BinaryPrimitives.ReadInt32BigEndian(bytes[57..]),
    };

    /// <summary>Checks the first batch in some bytes: its length, its format, its checksum, its counts.</summary>
    /// <returns>Kafka's error for what is wrong with it.</returns>
    public static KafkaError Check(ReadOnlySpan<byte> bytes, out RecordBatch batch)
    {
        batch = default;
        // The magic byte stands at the same place in every format.
        if (bytes.Length <= MagicAt)
            return KafkaError.CorruptMessage;
        if (bytes[MagicAt] < 2)
            return KafkaError.UnsupportedForMessageFormat;
        if (bytes[MagicAt] > 2 || bytes.Length < HeaderSize)
            return KafkaError.CorruptMessage;
        batch = Read(bytes);
        if (batch.Size < HeaderSize || batch.Size > bytes.Length)
            return KafkaError.CorruptMessage;
        if (Crc32C.Of(bytes[AttributesAt..batch.Size]) != BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcAt..]))
            return KafkaError.CorruptMessage;
        return batch.Count <= 0 || batch.LastOffsetDelta != batch.Count - 1 ? KafkaError.InvalidRecord : KafkaError.None;
    }

    /// <summary>Gives a batch its place in the log.</summary>
    public static void Place(Span<byte> bytes, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[EpochAt..], leaderEpoch);
    }

    /// <summary>Gives every record of a batch the time of its append, and the batch a new checksum.</summary>
    public static void StampAppendTime(Span<byte> bytes, long timestamp)
    {
        var attributes = (short)(BinaryPrimitives.ReadInt16BigEndian(bytes[AttributesAt..]) | AppendTimeBit);
        BinaryPrimitives.WriteInt16BigEndian(bytes[AttributesAt..], attributes);
        BinaryPrimitives.WriteInt64BigEndian(bytes[MaxTimestampAt..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[CrcAt..], Crc32C.Of(bytes[AttributesAt..]));
    }
}
