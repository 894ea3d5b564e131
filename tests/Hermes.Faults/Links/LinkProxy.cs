using System.Net;
using System.Net.Sockets;
using Hermes.Testing;

namespace Hermes.Faults.Links;

/// <summary>Stands before one server of a service and passes on bytes, each connection by the state of its <see cref="Link"/>.</summary>
internal sealed class LinkProxy : IAsyncDisposable
{
    private const int Piece = 16 * 1024;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Switchboard _board;
    private readonly string _service;
    private readonly Task _accepting;

    public LinkProxy(Switchboard board, string service)
    {
        (_board, _service) = (board, service);
        _listener.Start(backlog: 512);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>The server's port; may be told after the start, as brokers want to know the proxy's first.</summary>
    public int Target { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (await _listener.TryAcceptAsync(_stop.Token) is { } near)
            _ = PassAsync(near);
    }

    private async Task PassAsync(Socket near)
    {
        var origin = await _board.FindAsync(((IPEndPoint)near.RemoteEndPoint!).Port, Port);
        var link = _board[origin.Name, _service];
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var _ = near;
        near.NoDelay = true;
        if (!link.TryAdd(near))
        {
            near.Close(0);
            return;
        }
        link.TryAdd(far);
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            far.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _board.Forward(((IPEndPoint)far.LocalEndPoint!).Port, origin);
            await far.ConnectAsync(IPAddress.Loopback, Target, end.Token);
            Task[] pumps = [PumpAsync(near, far, link, end.Token), PumpAsync(far, near, link, end.Token)];
            await Task.WhenAny(pumps);
            await end.CancelAsync();
            await Task.WhenAll(pumps);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException) { } // either side left, or the link was cut
        finally
        {
            link.Remove(near);
            link.Remove(far);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, Link link, CancellationToken cancellationToken)
    {
        var buffer = new byte[Piece];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await link.PassAsync(cancellationToken);
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), cancellationToken);
            }
            // What was sent last is still on its way: the end goes behind it.
            await link.PassAsync(cancellationToken);
            to.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException) { } // either side left, or the link was cut
    }
}
