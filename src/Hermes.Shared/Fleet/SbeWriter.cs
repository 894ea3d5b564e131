using System.Buffers;
using System.Buffers.Binary;

namespace Hermes.Shared.Fleet;

/// <summary>Writes Simple Binary Encoding as <see cref="SbeReader"/> reads it.</summary>
internal sealed class SbeWriter(string what)
{
    /// <summary>The encoding's limit of a group.</summary>
    private const int MostEntries = 65_534;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public SbeWriter Header(ushort schema, ushort template, ushort rootBlock) => UInt16(rootBlock).UInt16(template).UInt16(schema).UInt16(0);

    /// <exception cref="InvalidDataException">There are more entries than a group can hold.</exception>
    public SbeWriter Group(ushort blockLength, int count) => count <= MostEntries
        ? UInt16(blockLength).UInt16((ushort)count)
        : throw new InvalidDataException($"{what} can hold {MostEntries} entries, but {count} are to be written.");

    public SbeWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), value);
        _buffer.Advance(sizeof(long));
        return this;
    }

    public SbeWriter Double(double value) => Int64(BitConverter.DoubleToInt64Bits(value));

    private SbeWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.GetSpan(sizeof(ushort)), value);
        _buffer.Advance(sizeof(ushort));
        return this;
    }
}
