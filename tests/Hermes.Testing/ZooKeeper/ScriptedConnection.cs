using System.Net.Sockets;

namespace Hermes.Testing.ZooKeeper;

/// <summary>One connection to a scripted server: the script says what the client gets to hear.</summary>
public sealed class ScriptedConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly CancellationToken _end;

    internal ScriptedConnection(Socket socket, int number, CancellationToken end)
    {
        (_socket, Number, _end) = (socket, number, end);
        _stream = new(socket);
    }

    /// <summary>Which connection of the server this is, from 1.</summary>
    public int Number { get; }

    /// <summary>The session that the client asked for; 0: a new one.</summary>
    public long RequestedSession { get; private set; }

    /// <summary>The last transaction that the client says it has seen.</summary>
    public long LastZxid { get; private set; }

    /// <summary>Reads the client's handshake and grants it a session.</summary>
    /// <param name="session">Its id; 0 with no time-out says that the session is gone.</param>
    /// <param name="timeout">What is granted. Default 4 s.</param>
    public async Task GrantAsync(long session = 0x1234, TimeSpan? timeout = null)
    {
        await HearAsync();
        await SendAsync(new WireWriter().Int(0).Int((int)(timeout ?? TimeSpan.FromSeconds(4)).TotalMilliseconds)
            .Long(session).Buffer(new byte[16]).Bool(false));
    }

    /// <summary>Reads the client's handshake and says nothing.</summary>
    public async Task HearAsync()
    {
        var hello = new WireReader(await WireReader.TryReadFrameAsync(_stream, _end) ?? throw new IOException("The client hung up."));
        hello.Int();
        LastZxid = hello.Long();
        hello.Int();
        RequestedSession = hello.Long();
    }

    /// <summary>The next request; pings are answered on the way.</summary>
    /// <returns><see langword="null"/>: the client hung up.</returns>
    public async Task<ScriptedRequest?> ReadAsync()
    {
        while (await WireReader.TryReadFrameAsync(_stream, _end) is { } frame)
        {
            var body = new WireReader(frame);
            var request = new ScriptedRequest(body.Int(), body.Int(), body);
            if (request.Op is not OpCodes.Ping)
                return request;
            await ReplyAsync(request);
        }

        return null;
    }

    /// <summary>Answers a request.</summary>
    /// <param name="request">The one answered.</param>
    /// <param name="error">0 or an error code, known or not.</param>
    /// <param name="body">What follows the header.</param>
    /// <param name="zxid">The header's transaction id.</param>
    public Task ReplyAsync(ScriptedRequest request, int error = 0, Action<WireWriter>? body = null, long zxid = 1)
    {
        var reply = new WireWriter().Int(request.Xid).Long(zxid).Int(error);
        body?.Invoke(reply);
        return SendAsync(reply);
    }

    /// <summary>Sends a frame.</summary>
    public Task SendAsync(WireWriter frame) => SendAsync(frame.ToFrame());

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _end);

    /// <summary>Answers every further request as an empty server might, until the client hangs up.</summary>
    public async Task ServeAsync()
    {
        while (await ReadAsync() is { } request)
        {
            await ReplyAsync(request, 0, reply =>
            {
                if (request.Op is OpCodes.GetData)
                    reply.Buffer("data"u8);
                if (request.Op is OpCodes.Exists or OpCodes.GetData or OpCodes.SetData)
                    reply.Stat();
            });
        }
    }

    /// <summary>Hangs up.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    /// <summary>Hangs up with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        Dispose();
    }
}
