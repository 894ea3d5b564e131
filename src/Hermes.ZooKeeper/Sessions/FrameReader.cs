using System.Buffers.Binary;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>Cuts the stream of a server into frames.</summary>
internal sealed class FrameReader(Stream stream, int maxFrame)
{
    private const int Ordinary = 64 * 1024;
    private byte[] _buffer = new byte[Ordinary];
    private int _start;
    private int _end;

    /// <summary>The next frame, valid until the next call.</summary>
    /// <exception cref="EndOfStreamException">The server hung up.</exception>
    /// <exception cref="MalformedFrameException">No frame can have that length.</exception>
    /// <exception cref="OversizedFrameException">The frame is longer than is taken.</exception>
    public ReadOnlySpan<byte> Next()
    {
        Fill(4);
        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length < 0 || length > maxFrame)
            throw Refusal(length);
        Fill(4 + length);
        var frame = _buffer.AsSpan(_start + 4, length);
        _start += 4 + length;
        return frame;
    }

    /// <summary>Reads until so many bytes lie ready.</summary>
    private void Fill(int count)
    {
        if (_end - _start >= count)
            return;
        MakeRoom(count);
        while (_end - _start < count)
        {
            // A long frame's room grows with the bytes that come, not with the length that it claims.
            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, Math.Max(_start + count, Ordinary)));
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
                throw new EndOfStreamException("The server closed the connection.");
            _end += read;
        }
    }

    private void MakeRoom(int count)
    {
        if (_start == 0)
            return;
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (_buffer.Length > Ordinary && rest.Length <= Ordinary && count <= Ordinary)
        {
            var smaller = new byte[Ordinary];
            rest.CopyTo(smaller);
            _buffer = smaller;
        }
        else
        {
            rest.CopyTo(_buffer);
        }
        (_start, _end) = (0, rest.Length);
    }

    private IOException Refusal(int length)
    {
        switch (length)
        {
            case 0x48545450:
                return new MalformedFrameException("The server talks HTTP: this is no ZooKeeper client port.");
            case >= 0x15030000 and <= 0x150303FF:
                return new MalformedFrameException("The server talks TLS: configure TLS, or use its plain port.");
            case < 0:
                return new MalformedFrameException($"The server sent a frame of {length} bytes.");
            default:
                Fill(8); // a reply's first field is the number of its request
                var xid = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + 4));
                return new OversizedFrameException($"The server sent a frame of {length} bytes; at most {maxFrame} are taken (MaxReplyBytes).", xid, length);
        }
    }
}
