namespace Hermes.ZooKeeper;

/// <summary>
/// A ZooKeeper session that outlives its connections: the surface that everything above this assembly uses, and small
/// enough that another client could stand behind it.
/// </summary>
/// <remarks>
/// <para>Requests go to the server in the order of their calls and are answered in that order. A call made while no
/// connection stands waits for one, until its token says otherwise.</para>
/// <para>A read whose connection breaks is sent again; nothing else is. Three kinds of failure stay apart: <see cref="ZooKeeperException"/> (the server said no, its code says why),
/// <see cref="ConnectionLostException"/> (nobody knows whether it happened, unless
/// <see cref="ConnectionLostException.MaybeApplied"/> is false), and <see cref="ArgumentException"/> (misuse; nothing
/// was sent). Cancelling a call is local: the request may still be carried out.</para>
/// <para>When the server expires the session, calls in flight fail with <see cref="SessionExpiredException"/>, the
/// ephemeral nodes are gone, and the client opens a new session by itself; <see cref="Session"/> then shows a higher
/// <see cref="SessionStatus.Generation"/>. Persistent and recursive watches are set again in it.</para>
/// </remarks>
public interface IZooKeeper : IAsyncDisposable
{
    /// <summary>Where the session stands at this moment.</summary>
    SessionStatus Session { get; }

    /// <summary>The present status and then each change, in order, none left out, until the token or the client ends.</summary>
    IAsyncEnumerable<SessionStatus> SessionChangesAsync(CancellationToken cancellationToken);

    /// <summary>Waits until the session is <see cref="SessionState.Connected"/>.</summary>
    /// <exception cref="ZooKeeperException">The credentials were refused.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    Task<SessionStatus> WhenConnectedAsync(CancellationToken cancellationToken);

    /// <summary>Creates a node.</summary>
    /// <returns>The node's path, with the number the server added where the mode is sequential, and its stat.</returns>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NodeExists"/>, <see cref="ErrorCode.NoNode"/> (no
    /// parent), <see cref="ErrorCode.NoChildrenForEphemerals"/>, <see cref="ErrorCode.InvalidAcl"/>,
    /// <see cref="ErrorCode.Unimplemented"/> (TTL nodes need <c>extendedTypesEnabled</c> on the server).</exception>
    ValueTask<CreatedNode> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateOptions options, CancellationToken cancellationToken);

    /// <summary>Deletes a childless node whose data has this version, or any with <see cref="NodeVersion.Any"/>.</summary>
    ValueTask DeleteAsync(string path, int version, CancellationToken cancellationToken);

    /// <summary>Reads a node's stat; <see langword="null"/> when there is no such node.</summary>
    ValueTask<NodeStat?> FindAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a node's data and stat.</summary>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NoNode"/>.</exception>
    ValueTask<NodeData> GetAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a node's data and stat; <see langword="null"/> when there is no such node.</summary>
    ValueTask<NodeData?> TryGetAsync(string path, CancellationToken cancellationToken);

    /// <summary>Replaces a node's data where it has this version, or any with <see cref="NodeVersion.Any"/>.</summary>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NoNode"/>, <see cref="ErrorCode.BadVersion"/>.</exception>
    ValueTask<NodeStat> SetAsync(string path, ReadOnlyMemory<byte> data, int version, CancellationToken cancellationToken);

    /// <summary>Lists a node's children (names, unordered) with the node's stat.</summary>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NoNode"/>.</exception>
    ValueTask<NodeChildren> GetChildrenAsync(string path, CancellationToken cancellationToken);

    /// <summary>Lists a node's children; <see langword="null"/> when there is no such node.</summary>
    ValueTask<NodeChildren?> TryGetChildrenAsync(string path, CancellationToken cancellationToken);

    /// <summary>Carries out all operations or none, at one transaction id.</summary>
    /// <exception cref="MultiFailedException">One was refused: which and why; none was applied.</exception>
    ValueTask<MultiResult> MultiAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken);

    /// <summary>Waits until this server has seen everything the leader had committed when the call reached it.</summary>
    ValueTask SyncAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a node's access rights and stat (the version to pass on is <see cref="NodeStat.AclVersion"/>).</summary>
    ValueTask<NodeAcl> GetAclAsync(string path, CancellationToken cancellationToken);

    /// <summary>Replaces a node's access rights.</summary>
    ValueTask<NodeStat> SetAclAsync(string path, IReadOnlyList<AclEntry> acl, int aclVersion, CancellationToken cancellationToken);

    /// <summary>Adds an identity to the session, now and on every later connection.</summary>
    /// <param name="scheme">The server's scheme, e.g. <c>digest</c> (credential: <c>user:password</c> in UTF-8).</param>
    /// <param name="credential">Sent in clear unless the connection is TLS. Never logged.</param>
    /// <param name="cancellationToken">Ends the wait; the identity stays added.</param>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.AuthFailed"/>; the session ends with it.</exception>
    ValueTask AddAuthAsync(string scheme, ReadOnlyMemory<byte> credential, CancellationToken cancellationToken);

    /// <summary>Reads a node (null: there is none) and watches it once: for its creation, change or deletion.</summary>
    ValueTask<Watched<NodeStat?>> FindAndWatchAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a node's data and watches it once, for its change or deletion. No watch is left where there is no node.</summary>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NoNode"/>.</exception>
    ValueTask<Watched<NodeData>> GetAndWatchAsync(string path, CancellationToken cancellationToken);

    /// <summary>Lists a node's children and watches once for one created or deleted, or the node's own deletion.</summary>
    /// <exception cref="ZooKeeperException"><see cref="ErrorCode.NoNode"/>.</exception>
    ValueTask<Watched<NodeChildren>> GetChildrenAndWatchAsync(string path, CancellationToken cancellationToken);

    /// <summary>Watches a node (which need not exist), or it and all below it, until the watch is disposed.</summary>
    /// <remarks>It outlives reconnects and expired sessions. The server does not replay what happened meanwhile, so a
    /// <see cref="WatchEventType.Gap"/> tells the reader to read again.</remarks>
    /// <exception cref="NotSupportedException">The server is older than 3.6.</exception>
    ValueTask<IPersistentWatch> WatchAsync(string path, WatchMode mode, CancellationToken cancellationToken);
}
