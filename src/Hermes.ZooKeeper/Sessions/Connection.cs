using System.Net.Sockets;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>One connection to one server, from the handshake until it breaks. A later one is another object, so that
/// nothing late can reach it.</summary>
internal sealed class Connection(ServerAddress server, Socket socket, Stream stream, int maxReply) : IDisposable
{
    private readonly FrameReader _frames = new(stream, maxReply);
    private readonly CancellationTokenSource _inDoubt = new();
    private Exception? _cause;

    public ServerAddress Server => server;

    /// <summary>Fires when the connection breaks.</summary>
    public CancellationToken InDoubt => _inDoubt.Token;

    public bool IsBroken => Volatile.Read(ref _cause) is not null;

    /// <summary>What broke it.</summary>
    public Exception Cause => Volatile.Read(ref _cause) ?? new EndOfStreamException("The connection ended.");

    /// <summary>Asks for a session, or for the one that there was.</summary>
    public ConnectResponse Handshake(ConnectRequest request, TimeSpan limit)
    {
        LimitSilence(limit);
        var writer = new JuteWriter();
        var start = writer.BeginFrame();
        request.WriteTo(writer);
        writer.EndFrame(start);
        Send(writer.Written);
        return ConnectResponse.Read(_frames.Next());
    }

    /// <summary>Longest time without a byte from the server, and without one taken by it.</summary>
    public void LimitSilence(TimeSpan limit)
    {
        stream.ReadTimeout = (int)Math.Ceiling(limit.TotalMilliseconds);
        stream.WriteTimeout = stream.ReadTimeout;
    }

    /// <summary>The next frame, valid until the next call.</summary>
    public ReadOnlySpan<byte> Read() => _frames.Next();

    public void Send(ReadOnlySpan<byte> bytes) => stream.Write(bytes);

    /// <summary>Ends the connection and whatever waits on it; the first cause stays.</summary>
    public void Break(Exception cause)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is not null)
            return;
        // Flags the token at once and runs its callbacks on the pool: they are user code.
        _ = _inDoubt.CancelAsync();
        socket.Dispose();
    }

    public void Dispose()
    {
        Break(new ObjectDisposedException(nameof(Connection)));
        stream.Dispose();
    }
}
