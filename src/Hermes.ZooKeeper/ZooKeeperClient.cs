using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Sessions;
using Hermes.ZooKeeper.Watching;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.ZooKeeper;

/// <summary>The client: checks what is asked, queues it, and leaves the rest to the session's two threads.</summary>
/// <remarks>Reads and watches whose connection breaks are sent again on the next one; what changes something is not, and
/// fails with <see cref="ConnectionLostException"/>. Disposing ends the session, and its ephemeral nodes with it.</remarks>
public sealed class ZooKeeperClient : IZooKeeper
{
    private readonly CallQueue _queue;
    private readonly SessionLoop _session;

    private ZooKeeperClient(ZooKeeperOptions options, ILogger logger, TimeProvider clock)
    {
        var target = ConnectString.Parse(options.ConnectionString);
        _queue = new(options.MaxQueuedCalls);
        _session = new(options, target, _queue, new(target.Chroot, options.DefaultAcl, new WatchTable()), logger, clock);
    }

    /// <inheritdoc/>
    public SessionStatus Session => _session.Status.Current;

    /// <summary>Makes a client and lets it connect in the background.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="loggers">Where its log goes; nowhere by default.</param>
    /// <param name="clock">The system's by default. Waits for bytes are the socket's own.</param>
    /// <exception cref="ArgumentException">An option is wrong: says which, the rule and the value.</exception>
    public static ZooKeeperClient Start(ZooKeeperOptions options, ILoggerFactory? loggers = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var client = new ZooKeeperClient(options, (loggers ?? NullLoggerFactory.Instance).CreateLogger<ZooKeeperClient>(), clock ?? TimeProvider.System);
        client._session.Start();
        return client;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<SessionStatus> SessionChangesAsync(CancellationToken cancellationToken) => _session.Status.ChangesAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<SessionStatus> WhenConnectedAsync(CancellationToken cancellationToken)
    {
        await foreach (var status in SessionChangesAsync(cancellationToken))
        {
            if (status.State is SessionState.Connected)
                return status;
        }
        return Session.State is SessionState.AuthenticationFailed
            ? throw new ZooKeeperException(ErrorCode.AuthFailed, "ZooKeeper refused the session's credentials.")
            : throw new ObjectDisposedException(nameof(ZooKeeperClient));
    }

    /// <inheritdoc/>
    public ValueTask<CreatedNode> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateOptions options, CancellationToken cancellationToken)
    {
        CreateRequest.Validate(path, options);
        return CallAsync<CreateRequest, CreatedNode>(new(path, data, options), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string path, int version, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CommandAsync<DeleteRequest, NoReply>(new(path, version), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeStat?> FindAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<ExistsRequest, NodeStat?>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeData> GetAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<GetDataRequest, NodeData>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeData?> TryGetAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<GetDataRequest, NodeData?>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeStat> SetAsync(string path, ReadOnlyMemory<byte> data, int version, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<SetDataRequest, NodeStat>(new(path, data, version), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeChildren> GetChildrenAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<GetChildrenRequest, NodeChildren>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeChildren?> TryGetChildrenAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<GetChildrenRequest, NodeChildren?>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<MultiResult> MultiAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operations);
        foreach (var operation in operations)
        {
            if (operation is Operation.CreateNode create)
                CreateRequest.Validate(create.Path, create.Options);
            else
                NodePath.Validate(operation.Path);
        }
        return CallAsync<MultiRequest, MultiResult>(new(operations), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask SyncAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CommandAsync<SyncRequest, NoReply>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeAcl> GetAclAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<GetAclRequest, NodeAcl>(new(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<NodeStat> SetAclAsync(string path, IReadOnlyList<AclEntry> acl, int aclVersion, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<SetAclRequest, NodeStat>(new(path, acl, aclVersion), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask AddAuthAsync(string scheme, ReadOnlyMemory<byte> credential, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        _session.Remember(scheme, credential);
        return CommandAsync<AuthRequest, NoReply>(new(scheme, credential), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Watched<NodeStat?>> FindAndWatchAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<WatchedReadRequest<NodeStat?>, Watched<NodeStat?>>(new WatchedExistsRequest(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Watched<NodeData>> GetAndWatchAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<WatchedReadRequest<NodeData>, Watched<NodeData>>(new WatchedGetDataRequest(path), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Watched<NodeChildren>> GetChildrenAndWatchAsync(string path, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        return CallAsync<WatchedReadRequest<NodeChildren>, Watched<NodeChildren>>(new WatchedGetChildrenRequest(path), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IPersistentWatch> WatchAsync(string path, WatchMode mode, CancellationToken cancellationToken)
    {
        NodePath.Validate(path);
        var watch = new PersistentWatch(path, mode, Remove);
        try
        {
            await CommandAsync<AddWatchRequest, NoReply>(new(watch), cancellationToken);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync(); // it may have been sent
            throw;
        }
    }

    /// <summary>Closes the session: the server deletes its ephemeral nodes at once. Bounded by a few seconds; a server
    /// that cannot be told expires the session by itself.</summary>
    public async ValueTask DisposeAsync() => await _session.DisposeAsync();

    private void Remove(PersistentWatch watch)
    {
        var call = Call<RemoveWatchRequest, NoReply>.Rent(new(watch));
        Forget(call.ToValueTaskWithoutReply());
        _queue.Add(call);

        static async void Forget(ValueTask removal)
        {
            try
            {
                await removal;
            }
            catch (Exception e) when (e is IOException or ZooKeeperException or ObjectDisposedException)
            {
                // Gone with its connection, session or client.
            }
        }
    }

    private ValueTask<TReply> CallAsync<TRequest, TReply>(TRequest request, CancellationToken cancellationToken)
        where TRequest : IRequest<TReply> => Send<TRequest, TReply>(request, cancellationToken).ToValueTask();

    private ValueTask CommandAsync<TRequest, TReply>(TRequest request, CancellationToken cancellationToken)
        where TRequest : IRequest<TReply> => Send<TRequest, TReply>(request, cancellationToken).ToValueTaskWithoutReply();

    private Call<TRequest, TReply> Send<TRequest, TReply>(TRequest request, CancellationToken cancellationToken)
        where TRequest : IRequest<TReply>
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = Call<TRequest, TReply>.Rent(request);
        call.CancelBy(cancellationToken);
        _queue.Add(call);
        return call;
    }
}
