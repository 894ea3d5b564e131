namespace Hermes.ZooKeeper.Protocol;

/// <summary>The answer to <see cref="ConnectRequest"/>. A time-out of 0 says that the session is gone.</summary>
internal readonly record struct ConnectResponse(TimeSpan Timeout, long SessionId, byte[] Password, bool ReadOnly)
{
    // A server that cannot give sessions answers with a bare reply header of 16 bytes.
    private const int Smallest = 36;

    public bool IsExpired => Timeout <= TimeSpan.Zero;

    /// <exception cref="MalformedFrameException">It is no connect response.</exception>
    public static ConnectResponse Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Smallest)
            throw new MalformedFrameException($"The server answered the handshake with {frame.Length} bytes: it cannot serve sessions now.");
        var reader = new JuteReader(frame);
        reader.Int(); // protocol version
        var timeout = TimeSpan.FromMilliseconds(reader.Int());
        return new(timeout, reader.Long(), reader.Buffer(), !reader.AtEnd && reader.Bool());
    }
}
