using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.ZooKeeper;

/// <summary>A session spoken by hand: for what a client would never do, and to look at a server without a client in between.</summary>
public sealed class RawSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly NetworkStream _stream;
    private int _xid;

    private RawSession(NetworkStream stream, long id, TimeSpan timeout) => (_stream, Id, Timeout) = (stream, id, timeout);

    /// <summary>The session's id; 0 where the server refused it.</summary>
    public long Id { get; }

    /// <summary>What the server granted; zero where it refused.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Opens a session, or takes one over by its id: whoever held it loses its connection.</summary>
    public static async Task<RawSession> OpenAsync(int port, TimeSpan timeout, long id = 0)
    {
        var stream = await ConnectAsync(port);
        await stream.WriteAsync(Hello(timeout, id));
        return await GrantedAsync(stream, port);
    }

    /// <summary>Ends a session that somebody else holds, as an expiry would, and at once.</summary>
    public static async Task ExpireAsync(int port, long id)
    {
        // The holder loses its connection by this, comes back, and takes the session from us in its turn: whoever closes it
        // must be quick, so the farewell travels with the greeting, and may need another try.
        var farewell = new WireWriter().Int(1).Int(OpCodes.CloseSession).ToFrame();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var stream = await ConnectAsync(port);
                await stream.WriteAsync(Hello(TimeSpan.FromSeconds(4), id).Concat(farewell).ToArray());
                using var session = await GrantedAsync(stream, port);
                if (session.Id == 0 && attempt > 1)
                    return;
                if (session.Id != id)
                    throw new InvalidOperationException($"The server on port {port} knows no session 0x{id:x}.");
                using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
                if (await WireReader.TryReadFrameAsync(stream, deadline.Token) is not null)
                    return;
            }
            catch (IOException) when (attempt < 50) { } // the holder was quicker
        }
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <returns>The error code and the rest of the reply.</returns>
    public async Task<(int Error, WireReader Body)> AskAsync(int op, Action<WireWriter>? body = null)
    {
        var request = new WireWriter().Int(++_xid).Int(op);
        body?.Invoke(request);
        await _stream.WriteAsync(request.ToFrame());
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        while (await WireReader.TryReadFrameAsync(_stream, deadline.Token) is { } frame)
        {
            var reply = new WireReader(frame);
            var xid = reply.Int();
            reply.Long();
            if (xid == _xid)
                return (reply.Int(), reply);
        }

        throw new IOException($"The server hung up before it answered operation {op}.");
    }

    public void Dispose() => _stream.Dispose();

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new(socket, ownsSocket: true);
    }

    private static byte[] Hello(TimeSpan timeout, long id) =>
        new WireWriter().Int(0).Long(0).Int((int)timeout.TotalMilliseconds).Long(id)
            .Buffer(id == 0 ? new byte[16] : PasswordOf(id)).Bool(false).ToFrame();

    private static async Task<RawSession> GrantedAsync(NetworkStream stream, int port)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        var answer = new WireReader(await WireReader.TryReadFrameAsync(stream, deadline.Token)
            ?? throw new IOException($"The server on port {port} hung up at the handshake."));
        answer.Int();
        var granted = TimeSpan.FromMilliseconds(answer.Int());
        return new(stream, answer.Long(), granted);
    }

    /// <summary>The password that every server derives from a session's id: 16 bytes of Java's linear congruential generator.</summary>
    private static byte[] PasswordOf(long id)
    {
        const long multiplier = 0x5DEECE66D, mask = (1L << 48) - 1, secret = 0xB3415C00L;
        var seed = (id ^ secret ^ multiplier) & mask;
        var password = new byte[16];
        for (var i = 0; i < password.Length; i += 4)
        {
            seed = unchecked((seed * multiplier) + 0xB) & mask;
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(password.AsSpan(i), (int)(seed >> 16));
        }

        return password;
    }
}
