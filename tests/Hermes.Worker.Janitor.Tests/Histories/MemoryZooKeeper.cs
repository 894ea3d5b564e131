using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>A session with a tree in memory. What the janitor does not use is not there.</summary>
/// <param name="tree">The tree.</param>
/// <param name="edge">Told of each call.</param>
/// <param name="isHidden">Nodes that this session does not see: of a wrong root, or of a tree of which a half is missing.</param>
internal sealed class MemoryZooKeeper(MemoryTree tree, Edge edge, Func<string, bool> isHidden) : IZooKeeper
{
    public SessionStatus Session => throw new NotSupportedException();

    public IAsyncEnumerable<SessionStatus> SessionChangesAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<SessionStatus> WhenConnectedAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<CreatedNode> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateOptions options, CancellationToken cancellationToken) => Write(
        $"create {path}", () => new CreatedNode(path, tree.Multi([Operation.Create(path, data, options)]).Results[0].Stat!.Value), cancellationToken);

    public async ValueTask DeleteAsync(string path, int version, CancellationToken cancellationToken) =>
        await Write($"delete {path}", () => tree.Multi([Operation.Delete(path, version)]), cancellationToken);

    public ValueTask<NodeStat> SetAsync(string path, ReadOnlyMemory<byte> data, int version, CancellationToken cancellationToken) =>
        Write($"set {path}", () => tree.Multi([Operation.Set(path, data, version)]).Results[0].Stat!.Value, cancellationToken);

    public ValueTask<MultiResult> MultiAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        Write($"multi {string.Join(", ", operations.Skip(1).Select(o => $"{o.GetType().Name} {o.Path}"))}", () => tree.Multi(operations), cancellationToken);

    public ValueTask<NodeStat?> FindAsync(string path, CancellationToken cancellationToken) => Write($"exists {path}", () => Visible(path)?.Stat, cancellationToken);

    public ValueTask<NodeData?> TryGetAsync(string path, CancellationToken cancellationToken) => Write($"get {path}", () => Visible(path), cancellationToken);

    public ValueTask<NodeData> GetAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<NodeChildren?> TryGetChildrenAsync(string path, CancellationToken cancellationToken) => Write($"children {path}", () => Visible(path) is { } node
        ? new NodeChildren([.. tree.Children(path)!.Where(c => !isHidden($"{path}/{c}"))], node.Stat)
        : (NodeChildren?)null, cancellationToken);

    public ValueTask<NodeChildren> GetChildrenAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async ValueTask SyncAsync(string path, CancellationToken cancellationToken) => await Write($"sync {path}", () => true, cancellationToken);

    public ValueTask<NodeAcl> GetAclAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<NodeStat> SetAclAsync(string path, IReadOnlyList<AclEntry> acl, int aclVersion, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask AddAuthAsync(string scheme, ReadOnlyMemory<byte> credential, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Watched<NodeStat?>> FindAndWatchAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Watched<NodeData>> GetAndWatchAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Watched<NodeChildren>> GetChildrenAndWatchAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IPersistentWatch> WatchAsync(string path, WatchMode mode, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private NodeData? Visible(string path) => isHidden(path) ? null : tree.Find(path);

    private ValueTask<T> Write<T>(string name, Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(edge.Call(name, work));
    }
}
