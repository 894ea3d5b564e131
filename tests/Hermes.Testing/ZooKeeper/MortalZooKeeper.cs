using Hermes.ZooKeeper;

namespace Hermes.Testing.ZooKeeper;

/// <summary>A session that dies at its n-th write, before or after the write is done, as a process would that is killed there:
/// nothing more is sent, and its ephemeral nodes go.</summary>
/// <param name="inner">The session.</param>
/// <param name="lethalWrite">Which write it dies of, from 1 on; <see cref="int.MaxValue"/>: it lives.</param>
/// <param name="isAfter">Whether that write is still done.</param>
/// <param name="beforeWrite">What happens before each write, with its number.</param>
public sealed class MortalZooKeeper(ZooKeeperClient inner, int lethalWrite, bool isAfter, Func<int, Task>? beforeWrite = null) : IZooKeeper
{
    private int _writes;
    private int _isDead;

    /// <summary>Whether it came to that.</summary>
    public bool IsDead => Volatile.Read(ref _isDead) != 0;

    public SessionStatus Session => inner.Session;

    public IAsyncEnumerable<SessionStatus> SessionChangesAsync(CancellationToken cancellationToken) => inner.SessionChangesAsync(cancellationToken);

    public Task<SessionStatus> WhenConnectedAsync(CancellationToken cancellationToken) => Alive(inner).WhenConnectedAsync(cancellationToken);

    public ValueTask<CreatedNode> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateOptions options, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.CreateAsync(path, data, options, cancellationToken));

    public async ValueTask DeleteAsync(string path, int version, CancellationToken cancellationToken) => await WriteAsync(async () =>
    {
        await inner.DeleteAsync(path, version, cancellationToken);
        return true;
    });

    public ValueTask<NodeStat?> FindAsync(string path, CancellationToken cancellationToken) => Alive(inner).FindAsync(path, cancellationToken);

    public ValueTask<NodeData> GetAsync(string path, CancellationToken cancellationToken) => Alive(inner).GetAsync(path, cancellationToken);

    public ValueTask<NodeData?> TryGetAsync(string path, CancellationToken cancellationToken) => Alive(inner).TryGetAsync(path, cancellationToken);

    public ValueTask<NodeStat> SetAsync(string path, ReadOnlyMemory<byte> data, int version, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.SetAsync(path, data, version, cancellationToken));

    public ValueTask<NodeChildren> GetChildrenAsync(string path, CancellationToken cancellationToken) => Alive(inner).GetChildrenAsync(path, cancellationToken);

    public ValueTask<NodeChildren?> TryGetChildrenAsync(string path, CancellationToken cancellationToken) => Alive(inner).TryGetChildrenAsync(path, cancellationToken);

    public ValueTask<MultiResult> MultiAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.MultiAsync(operations, cancellationToken));

    public ValueTask SyncAsync(string path, CancellationToken cancellationToken) => Alive(inner).SyncAsync(path, cancellationToken);

    public ValueTask<NodeAcl> GetAclAsync(string path, CancellationToken cancellationToken) => Alive(inner).GetAclAsync(path, cancellationToken);

    public ValueTask<NodeStat> SetAclAsync(string path, IReadOnlyList<AclEntry> acl, int aclVersion, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.SetAclAsync(path, acl, aclVersion, cancellationToken));

    public ValueTask AddAuthAsync(string scheme, ReadOnlyMemory<byte> credential, CancellationToken cancellationToken) => Alive(inner).AddAuthAsync(scheme, credential, cancellationToken);

    public ValueTask<Watched<NodeStat?>> FindAndWatchAsync(string path, CancellationToken cancellationToken) => Alive(inner).FindAndWatchAsync(path, cancellationToken);

    public ValueTask<Watched<NodeData>> GetAndWatchAsync(string path, CancellationToken cancellationToken) => Alive(inner).GetAndWatchAsync(path, cancellationToken);

    public ValueTask<Watched<NodeChildren>> GetChildrenAndWatchAsync(string path, CancellationToken cancellationToken) => Alive(inner).GetChildrenAndWatchAsync(path, cancellationToken);

    public ValueTask<IPersistentWatch> WatchAsync(string path, WatchMode mode, CancellationToken cancellationToken) => Alive(inner).WatchAsync(path, mode, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<T> WriteAsync<T>(Func<ValueTask<T>> write)
    {
        Alive(inner);
        var number = Interlocked.Increment(ref _writes);
        if (beforeWrite is not null)
            await beforeWrite(number);
        var isLast = number == lethalWrite;
        if (isLast && !isAfter)
            await DieAsync();
        var result = await write();
        if (isLast)
            await DieAsync();
        return result;
    }

    private async Task DieAsync()
    {
        Volatile.Write(ref _isDead, 1);
        await inner.DisposeAsync();
        Alive(inner);
    }

    private ZooKeeperClient Alive(ZooKeeperClient client)
    {
        ObjectDisposedException.ThrowIf(IsDead, this);
        return client;
    }
}
