using System.Buffers.Binary;

namespace Hermes.Shared.Avro;

/// <summary>Reads Avro's binary encoding, and trusts nothing in it: every length is checked, nesting and counts have bounds.</summary>
internal ref struct AvroReader(ReadOnlySpan<byte> value)
{
    // Deeper than JSON readers go; a schema that refers to itself could otherwise take the stack.
    private const int DeepestNesting = 512;

    // Items may take no byte at all (null, an empty record): a few bytes must not ask for billions of them.
    private const int WeightlessItems = 65_536;
    private readonly ReadOnlySpan<byte> _bytes = value;
    private int _position;
    private int _depth;
    private long _items;

    public bool Boolean() => Take(1)[0] == 1;

    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    public int Int() => Long() is >= int.MinValue and <= int.MaxValue and var number
        ? (int)number
        : throw Fault("an int is out of its range");

    public long Long()
    {
        var bytes = _bytes;
        ulong number = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)_position >= (uint)bytes.Length)
                throw Fault("the bytes end within a number");
            var next = bytes[_position++];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(number >> 1) ^ -(long)(number & 1);
        }
        throw Fault("a number is longer than ten bytes");
    }

    /// <summary>The bytes of a string or of bytes, with their length before them.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Long();
        if (length < 0 || length > _bytes.Length - _position)
            throw Fault($"a length of {length} is more than what is left");
        return Take((int)length);
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _position)
            throw Fault("the bytes end within a value");
        var taken = _bytes.Slice(_position, count);
        _position += count;
        return taken;
    }

    /// <summary>An index of an enum or a union.</summary>
    public int Index(int count) => Int() is var index && (uint)index < (uint)count
        ? index
        : throw Fault($"an index of {index} is none of {count}");

    /// <summary>The number of items in the next block of an array or a map; 0 at its end.</summary>
    public long Block()
    {
        var count = Long();
        if (count < 0)
        {
            count = count == long.MinValue ? throw Fault("a block's count is out of range") : -count;
            Long(); // the block's length in bytes, for who passes over it
        }
        _items += count;
        if (count > _bytes.Length + WeightlessItems || _items > _bytes.Length + WeightlessItems)
            throw Fault($"{count} items are more than the bytes can hold");
        return count;
    }

    /// <summary>Goes into a value that may hold values of its own kind.</summary>
    public void Enter()
    {
        if (++_depth > DeepestNesting)
            throw Fault($"values are nested deeper than {DeepestNesting}");
    }

    public void Leave() => _depth--;

    private readonly AvroException Fault(string what) => new($"Not a value of its schema: {what}, at byte {_position}.");
}
