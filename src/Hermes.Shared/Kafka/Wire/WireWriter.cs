using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>Writes a request in Kafka's compact ("flexible") encoding.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    public void Int8(sbyte value) => Take(1)[0] = (byte)value;

    public void Bool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    /// <summary>A number in groups of seven bits, the low ones first.</summary>
    public void Varint(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            Take(1)[0] = (byte)(value | 0x80);
        Take(1)[0] = (byte)value;
    }

    /// <summary>A string whose length, plus one, is a varint.</summary>
    public void String(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Varint((uint)length + 1);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>A string of the older encoding, which the head of every request still has.</summary>
    public void OldString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int16(checked((short)length));
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void Array<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Varint((uint)items.Count + 1);
        foreach (var item in items)
            write(item);
    }

    /// <summary>An array that is not there.</summary>
    public void NoArray() => Varint(0);

    /// <summary>No tagged fields: the end of each structure.</summary>
    public void NoTags() => Varint(0);

    private Span<byte> Take(int count)
    {
        var span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
