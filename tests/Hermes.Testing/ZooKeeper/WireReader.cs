using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Reads the fields of one frame of ZooKeeper's protocol.</summary>
public sealed class WireReader(ReadOnlyMemory<byte> frame)
{
    private ReadOnlyMemory<byte> _rest = frame;

    public int Left => _rest.Length;

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(4).Span);

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(8).Span);

    public bool Bool() => Take(1).Span[0] != 0;

    public byte[] Buffer() => Int() is var length and > 0 ? Take(length).ToArray() : [];

    public string String() => Encoding.UTF8.GetString(Buffer());

    /// <summary>Reads one frame from a connection.</summary>
    /// <returns>Its bytes without the length; <see langword="null"/> when the other side hung up, between frames or within one.</returns>
    internal static async Task<byte[]?> TryReadFrameAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            var length = new byte[4];
            await stream.ReadExactlyAsync(length, cancellationToken);
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(frame, cancellationToken);
            return frame;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    private ReadOnlyMemory<byte> Take(int count)
    {
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
