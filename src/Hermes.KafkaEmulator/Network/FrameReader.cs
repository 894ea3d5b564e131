using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Network;

/// <summary>Cuts one connection's bytes into frames: four bytes of length, then as many of a request.</summary>
/// <remarks>
/// A frame is received into one buffer and handed out as a view of it, so a produced batch is copied only once more, into the log.
/// Small frames share the buffer; a large one gets a larger buffer, which is given back with the next frame that needs less.
/// </remarks>
internal sealed class FrameReader(Socket socket, int maxFrame) : IDisposable
{
    private const int UsualSize = 64 * 1024;
    private const int KeptSize = 1024 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(UsualSize);
    private int _start;
    private int _end;

    /// <summary>The next frame, valid until the next call; null when the client has closed its side between two frames.</summary>
    /// <exception cref="MalformedMessageException">The length is negative or above the limit, or the connection ended inside a frame.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(4, mayEnd: true, cancellationToken))
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length < 0 || length > maxFrame)
            throw new MalformedMessageException($"A frame of {length} bytes is outside of 0 to {maxFrame}.");
        await FillAsync(4 + length, mayEnd: false, cancellationToken);
        var frame = _buffer.AsMemory(_start + 4, length);
        _start += 4 + length;
        return frame;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<bool> FillAsync(int count, bool mayEnd, CancellationToken cancellationToken)
    {
        while (_end - _start < count)
        {
            // A claimed length takes memory only as its bytes arrive.
            MakeRoom(Math.Min(count, Math.Max(KeptSize, 2 * (_end - _start))));
            // Small frames are read ahead; a large one is received alone, so that nothing behind it needs moving.
            var until = count > UsualSize ? Math.Min(_start + count, _buffer.Length) : _buffer.Length;
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end, until - _end), SocketFlags.None, cancellationToken);
            if (received == 0)
            {
                if (mayEnd && _end == _start)
                    return false;
                throw new MalformedMessageException("The connection ended inside a frame.");
            }

            _end += received;
        }

        return true;
    }

    private void MakeRoom(int count)
    {
        var held = _end - _start;
        if (held == 0)
            _start = _end = 0;
        var tooLarge = _buffer.Length > KeptSize && count <= KeptSize && held <= UsualSize;
        if (_buffer.Length - _start >= count && !tooLarge)
            return;
        if (_buffer.Length >= count && !tooLarge)
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }
        else
        {
            var other = ArrayPool<byte>.Shared.Rent(Math.Max(count, UsualSize));
            _buffer.AsSpan(_start, held).CopyTo(other);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = other;
        }

        _start = 0;
        _end = held;
    }
}
