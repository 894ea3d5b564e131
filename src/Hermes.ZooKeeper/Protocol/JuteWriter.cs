using System.Buffers.Binary;
using System.Text;

namespace Hermes.ZooKeeper.Protocol;

/// <summary>Writes frames of jute, ZooKeeper's record format: big-endian, no tags, no padding.</summary>
internal sealed class JuteWriter(int capacity = 4096)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Forgets what was written after this length.</summary>
    public void CutTo(int length) => Length = length;

    /// <summary>Leaves room for a frame's length.</summary>
    /// <returns>Where the frame begins, for <see cref="EndFrame"/>.</returns>
    public int BeginFrame()
    {
        var start = Length;
        Take(4);
        return start;
    }

    /// <summary>Fills in the frame's length.</summary>
    /// <returns>Bytes in the frame, without the length itself.</returns>
    public int EndFrame(int start)
    {
        var size = Length - start - 4;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), size);
        return size;
    }

    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    public void Bool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void String(string value) => String(value, "");

    /// <summary>Writes two strings as one, so that a chroot costs no concatenation.</summary>
    public void String(string head, string tail)
    {
        var start = Length;
        Take(4);
        var room = Reserve(Encoding.UTF8.GetMaxByteCount(head.Length + tail.Length));
        var size = Encoding.UTF8.GetBytes(head, room);
        size += Encoding.UTF8.GetBytes(tail, room[size..]);
        Length += size;
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start), size);
    }

    public void Buffer(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Acl(IReadOnlyList<AclEntry> entries)
    {
        Int(entries.Count);
        foreach (var entry in entries)
        {
            Int((int)entry.Rights);
            String(entry.Scheme);
            String(entry.Id);
        }
    }

    private Span<byte> Take(int count)
    {
        var room = Reserve(count)[..count];
        Length += count;
        return room;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
