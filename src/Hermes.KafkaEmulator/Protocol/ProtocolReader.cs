using System.Buffers.Binary;
using System.Text;

namespace Hermes.KafkaEmulator.Protocol;

/// <summary>Reads Kafka's primitive types from one frame. Never reads beyond it, never trusts a length in it.</summary>
internal sealed class ProtocolReader(ReadOnlyMemory<byte> frame)
{
    // A length in a frame is a claim: lists grow as their elements really arrive.
    private const int TrustedCapacity = 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false);

    private int _position;

    public int Remaining => frame.Length - _position;

    public int Position => _position;

    public bool ReadBool() => Take(1)[0] != 0;

    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>An unsigned number in groups of seven bits, low first; as in Kafka at most 32 bits, and here at most 31.</summary>
    public int ReadUnsignedVarint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
                return value <= int.MaxValue ? (int)value : throw new MalformedMessageException("A length is above 2^31.");
        }

        throw new MalformedMessageException("A varint does not end.");
    }

    public string ReadString(bool flexible) => ReadNullableString(flexible) ?? throw NullNotAllowed("string");

    public string? ReadNullableString(bool flexible)
    {
        var length = flexible ? ReadUnsignedVarint() - 1 : ReadInt16();
        if (length > short.MaxValue)
            throw new MalformedMessageException($"A string claims {length} bytes.");
        return length < 0 ? null : Utf8.GetString(Take(length));
    }

    public byte[] ReadBytes(bool flexible) => ReadNullableBytes(flexible) ?? throw NullNotAllowed("byte array");

    /// <summary>A copy: what a handler keeps must not live in the frame, whose buffer is used again.</summary>
    public byte[]? ReadNullableBytes(bool flexible)
    {
        var length = flexible ? ReadUnsignedVarint() - 1 : ReadInt32();
        return length < 0 ? null : Take(length).ToArray();
    }

    public ReadOnlyMemory<byte> ReadRecords(bool flexible) => ReadNullableRecords(flexible) ?? throw NullNotAllowed("record set");

    /// <summary>A view into the frame, valid until its request is answered: records are not copied on the way to the log.</summary>
    public ReadOnlyMemory<byte>? ReadNullableRecords(bool flexible)
    {
        var length = flexible ? ReadUnsignedVarint() - 1 : ReadInt32();
        if (length < 0)
            return null;
        var start = _position;
        Take(length);
        return frame.Slice(start, length);
    }

    public List<T> ReadArray<T>(short version, bool flexible, Func<ProtocolReader, short, T> read) =>
        ReadNullableArray(version, flexible, read) ?? throw NullNotAllowed("array");

    public List<T>? ReadNullableArray<T>(short version, bool flexible, Func<ProtocolReader, short, T> read)
    {
        var count = ReadCount(flexible, smallest: 1);
        if (count < 0)
            return null;
        var items = new List<T>(Math.Min(count, TrustedCapacity));
        for (var i = 0; i < count; i++)
            items.Add(read(this, version));
        return items;
    }

    public List<int> ReadInt32Array(bool flexible) => ReadNullableInt32Array(flexible) ?? throw NullNotAllowed("array");

    public List<int>? ReadNullableInt32Array(bool flexible)
    {
        var count = ReadCount(flexible, smallest: 4);
        if (count < 0)
            return null;
        var items = new List<int>(count);
        for (var i = 0; i < count; i++)
            items.Add(ReadInt32());
        return items;
    }

    public List<long> ReadInt64Array(bool flexible)
    {
        var count = ReadCount(flexible, smallest: 8);
        if (count < 0)
            throw NullNotAllowed("array");
        var items = new List<long>(count);
        for (var i = 0; i < count; i++)
            items.Add(ReadInt64());
        return items;
    }

    public List<string> ReadStringArray(bool flexible) => ReadNullableStringArray(flexible) ?? throw NullNotAllowed("array");

    public List<string>? ReadNullableStringArray(bool flexible)
    {
        var count = ReadCount(flexible, smallest: 1);
        if (count < 0)
            return null;
        var items = new List<string>(Math.Min(count, TrustedCapacity));
        for (var i = 0; i < count; i++)
            items.Add(ReadString(flexible));
        return items;
    }

    /// <summary>Passes over tagged fields that this codec does not know.</summary>
    public void SkipTags()
    {
        for (var tags = ReadUnsignedVarint(); tags > 0; tags--)
        {
            ReadUnsignedVarint();
            Skip(ReadUnsignedVarint());
        }
    }

    public void Skip(int count) => Take(count);

    private int ReadCount(bool flexible, int smallest)
    {
        var count = flexible ? ReadUnsignedVarint() - 1 : ReadInt32();
        return (long)count * smallest <= Remaining
            ? count
            : throw new MalformedMessageException($"An array claims {count} elements in {Remaining} bytes.");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
            throw new MalformedMessageException($"{count} bytes are claimed where {Remaining} remain.");
        var span = frame.Span.Slice(_position, count);
        _position += count;
        return span;
    }

    private static MalformedMessageException NullNotAllowed(string what) => new($"A {what} is null in a version that does not allow it.");
}
