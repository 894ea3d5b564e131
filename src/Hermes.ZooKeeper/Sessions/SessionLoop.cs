using System.Net.Sockets;
using System.Security.Authentication;
using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Protocol;
using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>Keeps a session: connects, resumes it on the next server when a connection breaks, opens a new one when the
/// servers have dropped it. Reads replies and events on its own thread, in the order of the stream.</summary>
internal sealed partial class SessionLoop : IAsyncDisposable
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);
    private readonly ZooKeeperOptions _options;
    private readonly ServerAddress[] _servers;
    private readonly TimeSpan _connectLimit;
    private readonly Connector _connector;
    private readonly CallQueue _queue;
    private readonly WireContext _wire;
    private readonly RequestWriter _writer;
    private readonly Credentials _credentials;
    private readonly StatusFeed _status = new(new(SessionState.Connecting, 0, 1, 0, TimeSpan.Zero, new(canceled: true)));
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly Outage _outage;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SessionIdentity _session = SessionIdentity.None(generation: 1);
    private volatile Connection? _connection;
    private ITimer? _lossTimer;
    private long _lastZxid;
    private long _lastHeard;
    private int _connections;
    private int _failures;
    private int _nextServer;
    private int _closing;

    public SessionLoop(ZooKeeperOptions options, ConnectString target, CallQueue queue, WireContext wire, ILogger logger, TimeProvider clock)
    {
        (_options, _queue, _wire, _logger, _clock) = (options, queue, wire, logger, clock);
        _servers = [.. target.Servers];
        _outage = new("The connection to ZooKeeper", logger, clock);
        Random.Shared.Shuffle(_servers);
        _connectLimit = options.ConnectTimeout ?? Between(TimeSpan.FromMilliseconds(500), options.SessionTimeout / _servers.Length, TimeSpan.FromSeconds(10));
        _connector = new(options.Tls, clock);
        _writer = new(queue, wire, options.MaxRequestBytes, clock);
        _credentials = new(options.Digest);
        _backoff = new(Between(TimeSpan.FromMilliseconds(50), options.SessionTimeout / 6, LongestBackoff));
    }

    public StatusFeed Status => _status;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "ZooKeeper session" }.Start();

    /// <summary>Keeps a credential for every later connection.</summary>
    public void Remember(string scheme, ReadOnlyMemory<byte> credential) => _credentials.Add(scheme, credential);

    /// <summary>Ends the session on the server, if it can be told in time, and then the threads and the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closing, 1) == 0)
        {
            if (_status.Current.State is SessionState.Connected)
                await EndSessionAsync();
            await _stop.CancelAsync();
            _connection?.Break(new ObjectDisposedException(nameof(ZooKeeperClient)));
            _queue.Wake();
        }
        await _ended.Task;
    }

    private async Task EndSessionAsync()
    {
        var call = Call<CloseRequest, NoReply>.Rent(default);
        var answer = call.ToValueTaskWithoutReply().AsTask();
        _queue.Add(call);
        try
        {
            await answer.WaitAsync(CloseLimit, _clock);
        }
        catch (Exception e) when (e is TimeoutException or IOException or ZooKeeperException or ObjectDisposedException)
        {
            Log.CloseUnanswered(_logger, _session.Id, e.Message);
            _ = answer.ContinueWith(static late => late.Exception, TaskScheduler.Default); // it fails later, when nobody asks any more
        }
    }

    private void Run()
    {
        try
        {
            while (!_stop.IsCancellationRequested && _status.Current.State is not SessionState.AuthenticationFailed)
            {
                if (TryOpen(_servers[_nextServer]) is { } connection)
                    Serve(connection);
                _nextServer = (_nextServer + 1) % _servers.Length;
                _stop.Token.WaitHandle.WaitOne(_backoff.Next());
            }
        }
        catch (Exception e) // a thread's last resort: without it the process would end
        {
            Log.SessionThreadFailed(_logger, e);
        }
        finally
        {
            _lossTimer?.Dispose();
            _queue.End(_status.Current.State is SessionState.AuthenticationFailed
                ? new ZooKeeperException(ErrorCode.AuthFailed, "ZooKeeper refused the session's credentials; the client has ended.")
                : new ObjectDisposedException(nameof(ZooKeeperClient)));
            _wire.Watches.Close();
            if (_status.Current.State is not SessionState.AuthenticationFailed)
                _status.Set(_status.Current with { State = SessionState.Closed });
            _ended.TrySetResult();
        }
    }

    /// <summary>Connects to a server and asks it for the session; null where it cannot serve it.</summary>
    private Connection? TryOpen(ServerAddress server)
    {
        Connection? connection = null;
        try
        {
            var (socket, stream) = _connector.OpenAsync(server, _connectLimit, _stop.Token).GetAwaiter().GetResult();
            _connection = connection = new(server, socket, stream, _options.MaxReplyBytes);
            // Whoever stops us breaks the connection that it sees: one that it could not see yet is ours to break.
            Interlocked.MemoryBarrier();
            _stop.Token.ThrowIfCancellationRequested();
            var response = connection.Handshake(new(_lastZxid, _options.SessionTimeout, _session.Id, _session.Password), _connectLimit);
            if (response.IsExpired)
            {
                Expire();
                connection.Dispose();
                return TryOpen(server);
            }
            Accept(connection, response);
            return connection;
        }
        catch (AuthenticationException e)
        {
            _failures++;
            var reason = e.InnerException is { } why ? $"{e.Message} {why.Message}" : e.Message;
            if (_outage.Fails(reason))
                Log.TlsFailed(_logger, server, reason);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _failures++;
            if (!_stop.IsCancellationRequested && _outage.Fails(KindOf(e)))
                Log.ConnectFailed(_logger, server, _failures, e.Message + HintOf(e));
        }
        connection?.Dispose();
        return null;
    }

    // Without the server, which differs from one attempt to the next.
    private static string KindOf(Exception e) => e.InnerException switch
    {
        SocketException socket => socket.SocketErrorCode.ToString(),
        { } inner => inner.GetType().Name,
        null => e.GetType().Name,
    };

    private string HintOf(Exception e) => e is EndOfStreamException
        ? _options.Tls is null
            ? " (it has no quorum, is read-only, lags behind, has too many clients, or this is its TLS port)"
            : " (it has no quorum, is read-only, lags behind, has too many clients, or this is its plain port)"
        : "";

    private void Expire()
    {
        Log.SessionExpired(_logger, _session.Id);
        ClientMetrics.SessionsExpired.Add(1);
        _status.Set(_status.Current with { State = SessionState.Expired });
        _queue.SessionExpired();
        _session = SessionIdentity.None(_session.Generation + 1);
        _lastZxid = 0;
    }

    private void Accept(Connection connection, ConnectResponse response)
    {
        var isNew = _session.Id == 0;
        _session = new(response.SessionId, response.Password, response.Timeout, _session.Generation);
        if (isNew && response.Timeout != _options.SessionTimeout)
            Log.TimeoutClamped(_logger, _options.SessionTimeout, response.Timeout);
        connection.LimitSilence(response.Timeout * 2 / 3);
        connection.Send(Prelude(isNew));
        Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
        _failures = 0;
        _hasServed = false;
        _connections++;
        ClientMetrics.Connections.Add(1);
        Log.Connected(_logger, _session.Id, _session.Generation, connection.Server, response.Timeout);
        _status.Set(new(SessionState.Connected, _session.Id, _session.Generation, _connections, response.Timeout, connection.InDoubt));
    }

    /// <summary>What goes ahead of all calls: the credentials, which belong to the connection, and the watches.</summary>
    private ReadOnlySpan<byte> Prelude(bool isNewSession)
    {
        var writer = new JuteWriter();
        _ownAuthsUnanswered = _credentials.WriteAll(writer, _wire);
        SetWatchesFrames.Write(writer, _wire.Watches.Restore(isNewSession), _lastZxid, ToServer);
        return writer.Written;
    }

    private string ToServer(string path) => path.Length == 1 && _wire.Chroot.Length > 0 ? _wire.Chroot : _wire.Chroot + path;

    /// <summary>Reads from the connection until it breaks, while the other thread writes to it.</summary>
    private void Serve(Connection connection)
    {
        var timeout = _session.Timeout;
        var writing = new Thread(() => _writer.Run(connection, timeout)) { IsBackground = true, Name = "ZooKeeper requests" };
        writing.Start();
        try
        {
            while (!_stop.IsCancellationRequested && Dispatch(connection.Read()))
                Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
        }
        catch (OversizedFrameException e)
        {
            _queue.RefuseReply(e.Xid, e.Size, _options.MaxReplyBytes);
            connection.Break(e);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            connection.Break(e);
        }
        catch (Exception e) // what nobody foresaw in a frame costs its connection, never the client
        {
            connection.Break(new MalformedFrameException($"A frame of the server could not be understood: {e.Message}", e));
        }
        connection.Dispose();
        _queue.Wake();
        writing.Join();
        Disconnected(connection);
    }

    private void Disconnected(Connection connection)
    {
        _connection = null;
        // A server that grants the session and then only hangs up is no better than one that refuses.
        if (_hasServed)
            _backoff.Reset();
        if (_status.Current.State is SessionState.AuthenticationFailed)
        {
            Log.AuthenticationFailed(_logger, connection.Server);
            return;
        }
        var down = _status.Current with { State = SessionState.Disconnected };
        _status.Set(down);
        if (!_stop.IsCancellationRequested && _closing == 0)
        {
            if (_outage.Fails($"disconnected, {KindOf(connection.Cause)}"))
                Log.Disconnected(_logger, connection.Server, connection.Cause.Message);
            WatchForLoss(down);
        }
        _queue.ConnectionBroke(connection.Cause);
    }

    /// <summary>Calls the session lost once nothing was heard for its time-out, if it is still down then.</summary>
    private void WatchForLoss(SessionStatus down)
    {
        var left = down.Timeout - _clock.GetElapsedTime(Volatile.Read(ref _lastHeard));
        _lossTimer?.Dispose();
        _lossTimer = _clock.CreateTimer(_ =>
        {
            if (_status.TryReplace(down, down with { State = SessionState.Lost }))
                Log.SessionLost(_logger, down.Id, down.Timeout);
        }, null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private static TimeSpan Between(TimeSpan least, TimeSpan value, TimeSpan most) =>
        value < least ? least : value > most ? most : value;
}
