using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Writes one frame of ZooKeeper's protocol. Owes nothing to the client under test, so that the two can disagree.</summary>
public sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public WireWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public WireWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    public WireWriter Bool(bool value) => Raw([value ? (byte)1 : (byte)0]);

    public WireWriter String(string value) => Buffer(Encoding.UTF8.GetBytes(value));

    /// <summary>A length and as many bytes.</summary>
    public WireWriter Buffer(ReadOnlySpan<byte> value) => Int(value.Length).Raw(value);

    /// <summary>Bytes as they are.</summary>
    public WireWriter Raw(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        return this;
    }

    /// <summary>A stat whose numbers mean nothing, but for the version.</summary>
    public WireWriter Stat(int version = 0) =>
        Long(1).Long(1).Long(0).Long(0).Int(version).Int(0).Int(0).Long(0).Int(0).Int(0).Long(1);

    /// <summary>What was written, behind its length.</summary>
    public byte[] ToFrame()
    {
        var frame = new byte[4 + _bytes.WrittenCount];
        BinaryPrimitives.WriteInt32BigEndian(frame, _bytes.WrittenCount);
        _bytes.WrittenSpan.CopyTo(frame.AsSpan(4));
        return frame;
    }
}
