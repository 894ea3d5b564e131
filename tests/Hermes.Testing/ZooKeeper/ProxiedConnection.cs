using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hermes.Testing.ZooKeeper;

/// <summary>One client's connection through a <see cref="FaultProxy"/>: two pumps that pass on whole frames.</summary>
internal sealed class ProxiedConnection : IDisposable
{
    private readonly FaultProxy _proxy;
    private readonly Socket _client;
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ConcurrentDictionary<int, int> _operations = new();
    private readonly CancellationTokenSource _closed = new();

    public ProxiedConnection(FaultProxy proxy, Socket client)
    {
        (_proxy, _client) = (proxy, client);
        _client.NoDelay = true;
    }

    public async Task RunAsync(int target, bool neverAnswer)
    {
        try
        {
            if (neverAnswer)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _closed.Token);
                return;
            }

            await _server.ConnectAsync(IPAddress.Loopback, target, _closed.Token);
            await using var near = new NetworkStream(_client);
            await using var far = new NetworkStream(_server);
            Task[] pumps = [PumpAsync(near, far, fromServer: false), PumpAsync(far, near, fromServer: true)];
            await Task.WhenAny(pumps);
            Close(reset: false);
            await Task.WhenAll(pumps);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException) { } // either side left
    }

    /// <summary>Ends both halves: by FIN behind what was sent last, or by RST.</summary>
    public void Close(bool reset)
    {
        foreach (var socket in new[] { _client, _server })
        {
            try
            {
                // Disposing a socket that somebody reads from resets it, and what was sent last may never arrive. So FIN goes first.
                if (reset)
                    socket.Close(0);
                else
                    socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException) { } // closed already, or never open
        }

        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException) { } // the connection ended meanwhile
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _closed.Dispose();
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, bool fromServer)
    {
        try
        {
            for (var isFirst = true; await WireReader.TryReadFrameAsync(from, _closed.Token) is { } bytes; isFirst = false)
            {
                await _proxy.FlowAsync(_closed.Token);
                if (_proxy.Delay > TimeSpan.Zero)
                    await Task.Delay(_proxy.Delay, TimeProvider.System, _closed.Token);
                var whole = new WireWriter().Raw(bytes).ToFrame();
                var frame = Describe(bytes, fromServer, isFirst);
                if (_proxy.Meet(frame) is not { } fault)
                {
                    await SendAsync(to, whole);
                    continue;
                }

                await SendAsync(to, whole.AsMemory(0, Math.Min(fault.BytesLetThrough, whole.Length)));
                if (!fault.KeepOpen)
                    Close(fault.Reset);
                fault.Strike(frame);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException) { } // either side left
    }

    private ProxiedFrame Describe(byte[] bytes, bool fromServer, bool isFirst)
    {
        if (isFirst)
            return new(fromServer, 0, OpCodes.Handshake, bytes.Length);
        var reader = new WireReader(bytes);
        var xid = reader.Int();
        if (!fromServer)
            return new(fromServer, xid, _operations[xid] = reader.Int(), bytes.Length);
        return new(fromServer, xid, _operations.GetValueOrDefault(xid), bytes.Length);
    }

    private async Task SendAsync(NetworkStream to, ReadOnlyMemory<byte> bytes)
    {
        if (!_proxy.ByteByByte)
        {
            await to.WriteAsync(bytes, _closed.Token);
            return;
        }

        for (var i = 0; i < bytes.Length; i++)
            await to.WriteAsync(bytes.Slice(i, 1), _closed.Token);
    }
}
