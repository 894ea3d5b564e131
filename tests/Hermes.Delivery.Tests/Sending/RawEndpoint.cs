using System.Net;
using System.Net.Sockets;
using Hermes.Testing;

namespace Hermes.Delivery.Tests.Sending;

/// <summary>An endpoint that says just the bytes that a test wants said, and counts who comes.</summary>
internal sealed class RawEndpoint : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Task> _connections = [];
    private readonly Func<RawPeer, Task> _serve;
    private readonly Task _accepting;
    private int _accepted;
    private int _open;
    private int _mostOpen;

    private RawEndpoint(TcpListener listener, Func<RawPeer, Task> serve)
    {
        (_listener, _serve) = (listener, serve);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}/path?q=1");

    /// <summary>Connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that stand.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The most that stood at once.</summary>
    public int MostOpen => Volatile.Read(ref _mostOpen);

    /// <param name="serve">What is done with each connection; it is closed at the end.</param>
    /// <param name="address">Where it listens; 127.0.0.1 by default.</param>
    public static RawEndpoint Start(Func<RawPeer, Task> serve, IPAddress? address = null)
    {
        var listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        listener.Start();
        return new(listener, serve);
    }

    /// <summary>One that answers each request with these bytes, for as long as the other side likes.</summary>
    public static RawEndpoint Answering(string answer) => Start(async peer =>
    {
        while (await peer.ReadRequestAsync() is not null) await peer.SendAsync(answer);
    });

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (await _listener.TryAcceptAsync(_closing.Token) is { } socket) _connections.Add(ServeAsync(socket));
    }

    private async Task ServeAsync(Socket socket)
    {
        Interlocked.Increment(ref _accepted);
        var open = Interlocked.Increment(ref _open);
        while (Volatile.Read(ref _mostOpen) is var most && open > most && Interlocked.CompareExchange(ref _mostOpen, open, most) != most)
        {
            // Another was quicker.
        }
        try
        {
            using var peer = new RawPeer(socket, _closing.Token);
            await _serve(peer);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side left, or the test is over.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
