using System.Buffers;
using System.Buffers.Binary;

namespace Hermes.Shared.Avro;

/// <summary>Writes Avro's binary encoding.</summary>
internal sealed class AvroWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    public void Boolean(bool value) => Raw([value ? (byte)1 : (byte)0]);

    public void Long(long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        Span<byte> bytes = stackalloc byte[10];
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
            bytes[count++] = (byte)(rest | 0x80);
        bytes[count++] = (byte)rest;
        Raw(bytes[..count]);
    }

    public void Float(float value) => BinaryPrimitives.WriteSingleLittleEndian(Room(4), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Room(8), value);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Long(value.Length);
        Raw(value);
    }

    public void Raw(ReadOnlySpan<byte> value) => _buffer.Write(value);

    private Span<byte> Room(int count)
    {
        var room = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return room;
    }
}
