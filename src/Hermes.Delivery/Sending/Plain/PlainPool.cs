using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Hermes.Delivery.Networks;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>The connections to one host and port. Those that were used last are used first, so that those too many grow old.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The semaphore makes no handle, and exchanges that end late still release it.")]
internal sealed class PlainPool(string host, int port, Connector connector, DeliveryOptions options, TimeProvider clock)
{
    // What an endpoint says beyond its status is read away for so long, and so far, as a new connection would cost more.
    private const int MostDrained = 1024 * 1024;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots = new(options.MaxConnectionsPerServer);
    private readonly Stack<PlainConnection> _idle = new();
    private int _users;
    private bool _isClosed;

    /// <summary>Comes in to send; <see cref="Leave"/> goes with it.</summary>
    /// <returns>False: it is closed, and another has its place.</returns>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _users++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_gate) _users--;
    }

    /// <summary>Sends one request over one of its connections.</summary>
    /// <exception cref="OperationCanceledException">Cut off by the token.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> SendAsync(SendRequest request, PlainRoute route, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        PlainConnection? connection = null;
        var aftermath = Aftermath.Close;
        try
        {
            connection = TakeIdle();
            if (connection is null)
            {
                (connection, var fault) = await OpenAsync(cancellationToken);
                if (connection is null) return fault;
            }
            (var answer, aftermath) = await connection.ExchangeAsync(request, route, cancellationToken);
            return answer;
        }
        finally
        {
            if (aftermath is Aftermath.Drain) _ = DrainAsync(connection!);
            else Return(connection, isUsable: aftermath is Aftermath.Keep);
        }
    }

    /// <summary>Closes the connections that are too old, or that the other side has closed.</summary>
    /// <returns>Whether it is closed itself: it has no connection left, and nobody who uses it.</returns>
    public bool Sweep()
    {
        List<PlainConnection> old;
        lock (_gate)
        {
            var all = _idle.ToArray();
            old = [.. all.Where(c => IsTooOld(c) || c.IsStale)];
            if (old.Count > 0)
            {
                _idle.Clear();
                foreach (var connection in all.Except(old).Reverse()) _idle.Push(connection);
            }
            _isClosed |= _idle.Count == 0 && _users == 0;
        }
        old.ForEach(c => c.Dispose());
        return _isClosed;
    }

    /// <summary>Closes all that is idle; what is in use closes when its exchange ends.</summary>
    public void Close()
    {
        PlainConnection[] all;
        lock (_gate)
        {
            _isClosed = true;
            all = [.. _idle];
            _idle.Clear();
        }
        foreach (var connection in all) connection.Dispose();
    }

    private PlainConnection? TakeIdle()
    {
        while (true)
        {
            PlainConnection? connection;
            lock (_gate)
                if (!_idle.TryPop(out connection))
                    return null;
            if (!IsTooOld(connection) && !connection.IsStale) return connection;
            connection.Dispose();
        }
    }

    private async ValueTask<(PlainConnection? Connection, Answer Fault)> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (new(await connector.ConnectSocketAsync(host, port, cancellationToken), clock.GetTimestamp()), default);
        }
        catch (AddressRefusedException e)
        {
            return (null, Answer.None("AddressRefused", e.Message));
        }
        catch (SocketException e)
        {
            var isName = e.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery;
            return (null, Answer.None(isName ? nameof(HttpRequestError.NameResolutionError) : nameof(HttpRequestError.ConnectionError)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Answer.None(nameof(HttpRequestError.ConnectionError), "no connection was made in time"));
        }
    }

    private async Task DrainAsync(PlainConnection connection)
    {
        var isFree = false;
        try
        {
            using var limit = new CancellationTokenSource(DrainLimit, clock);
            isFree = await connection.DrainAsync(MostDrained, limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Its status has been told; the rest is not missed.
        }
        finally
        {
            Return(connection, isFree);
        }
    }

    private void Return(PlainConnection? connection, bool isUsable)
    {
        if (connection is not null)
        {
            connection.UsedAt = clock.GetTimestamp();
            lock (_gate)
            {
                if (isUsable && !_isClosed)
                {
                    _idle.Push(connection);
                    connection = null;
                }
            }
        }
        connection?.Dispose();
        _slots.Release();
    }

    private bool IsTooOld(PlainConnection connection) =>
        clock.GetElapsedTime(connection.OpenedAt) >= options.ConnectionLifetime || clock.GetElapsedTime(connection.UsedAt) >= options.ConnectionIdleTimeout;
}
