using System.Buffers.Binary;
using System.Text;

namespace Hermes.Shared.Kafka.Wire;

/// <summary>Reads an answer in Kafka's compact ("flexible") encoding. Never reads beyond it, and trusts no length in it.</summary>
/// <remarks>Every method throws <see cref="InvalidDataException"/> where the answer is shorter than it says.</remarks>
internal sealed class WireReader(ReadOnlyMemory<byte> answer)
{
    private int _at;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public uint Varint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw new InvalidDataException("The broker's answer has a number that does not end.");
    }

    public string String() => NullableString() ?? throw new InvalidDataException("The broker's answer lacks a string that must be there.");

    public string? NullableString()
    {
        var length = Varint();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(checked((int)(length - 1))));
    }

    public void SkipBytes()
    {
        var length = Varint();
        if (length > 0)
            Take(checked((int)(length - 1)));
    }

    public List<T> Array<T>(Func<T> read)
    {
        var items = new List<T>();
        for (var left = Varint(); left > 1; left--)
            items.Add(read());
        return items;
    }

    public void SkipTags()
    {
        for (var left = Varint(); left > 0; left--)
        {
            Varint();
            Take(checked((int)Varint()));
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(answer.Length - _at))
            throw new InvalidDataException($"The broker's answer has {answer.Length} bytes, and says that it has {count} more behind the first {_at}.");
        var span = answer.Span.Slice(_at, count);
        _at += count;
        return span;
    }
}
