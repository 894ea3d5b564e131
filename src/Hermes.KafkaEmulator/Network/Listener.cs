using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hermes.KafkaEmulator.Apis;

namespace Hermes.KafkaEmulator.Network;

/// <summary>Accepts connections on one address and serves each on its own.</summary>
internal sealed partial class Listener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly ApiTable _apis;
    private readonly int _maxFrame;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly ConcurrentDictionary<long, Task> _connections = new();
    private readonly Task _accepting;
    private long _lastId;

    /// <summary>Binds and accepts from here on.</summary>
    /// <exception cref="SocketException">The address is taken or not of this machine.</exception>
    public Listener(Socket bound, ApiTable apis, int maxFrame, TimeProvider clock, ILogger logger)
    {
        (_socket, _apis, _maxFrame, _clock, _logger) = (bound, apis, maxFrame, clock, logger);
        _socket.Listen(512);
        _accepting = AcceptAsync();
    }

    /// <summary>A socket bound to the address: what port 0 became is known before anything is served.</summary>
    public static Socket Bind(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // A broker that was killed leaves connections behind that would keep its port for a minute.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more requests, lets running answers out for at most <paramref name="budget"/>, closes everything.</summary>
    public async Task StopAsync(TimeSpan budget)
    {
        _socket.Dispose();
        await _stopping.CancelAsync();
        await _accepting;
        // Awaited: a callback that runs already must not meet what is disposed next.
        await using (_clock.CreateTimer(_ => _abort.Cancel(), state: null, budget, Timeout.InfiniteTimeSpan))
            await Task.WhenAll(_connections.Values);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stopping.Dispose();
        _abort.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return; // stopped
            }
            catch (SocketException e)
            {
                if (_stopping.IsCancellationRequested)
                    return;
                // The client was gone before it was accepted, or descriptors ran out for the moment: the others are still served.
                Log.AcceptFailed(_logger, e);
                await Task.Delay(TimeSpan.FromMilliseconds(50), _clock, CancellationToken.None);
                continue;
            }

            client.NoDelay = true;
            var id = ++_lastId;
            // On the pool: what a client has already sent must not hold up the next accept.
            var serving = Task.Run(() => new Connection(client, _apis, _maxFrame, _logger).ServeAsync(_stopping.Token, _abort.Token));
            _connections[id] = serving;
            _ = serving.ContinueWith(_ => _connections.TryRemove(id, out Task? _), TaskScheduler.Default);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "A connection could not be accepted; the next ones will be")]
        public static partial void AcceptFailed(ILogger logger, Exception exception);
    }
}
