using System.Text;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>A tree of nodes in memory, with ZooKeeper's rules for versions, parents and multis, and a clock that may jump.</summary>
internal sealed class MemoryTree(Func<DateTimeOffset> clock)
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal) { ["/"] = new([], 0, 0, 0, 0, 0) };
    private readonly Dictionary<string, SortedSet<string>> _children = new(StringComparer.Ordinal);
    private long _zxid;

    public bool Exists(string path) => _nodes.ContainsKey(path);

    public NodeData? Find(string path) => _nodes.TryGetValue(path, out var node) ? new(node.Data, StatOf(path, node)) : null;

    public IReadOnlyList<string>? Children(string path)
    {
        if (!Exists(path))
            return null;
        return _children.TryGetValue(path, out var names) ? [.. names] : [];
    }

    public void Create(string path, string data = "x")
    {
        if (!Exists(path))
            Multi([Operation.Create(path, Encoding.UTF8.GetBytes(data), CreateMode.Persistent)]);
    }

    public void Delete(string path)
    {
        if (Exists(path))
            Multi([Operation.Delete(path, NodeVersion.Any)]);
    }

    public void Set(string path, string data) => Multi([Operation.Set(path, Encoding.UTF8.GetBytes(data), NodeVersion.Any)]);

    /// <summary>All or nothing.</summary>
    public MultiResult Multi(IReadOnlyList<Operation> operations)
    {
        _zxid++;
        var before = new List<(string Path, Node? Node)>();
        var results = new List<OperationResult>();
        for (var i = 0; i < operations.Count; i++)
        {
            before.Add((operations[i].Path, _nodes.GetValueOrDefault(operations[i].Path)));
            if (Apply(operations[i]) is { } code)
            {
                before.Reverse();
                before.ForEach(b => Put(b.Path, b.Node));
                throw new MultiFailedException(code, i, operations[i]);
            }
            results.Add(new(operations[i].Path, Find(operations[i].Path)?.Stat));
        }
        return new(_zxid, results);
    }

    private void Put(string path, Node? node)
    {
        var (parent, name) = (Parent(path), path[(path.LastIndexOf('/') + 1)..]);
        if (!_children.TryGetValue(parent, out var names))
            _children[parent] = names = new(StringComparer.Ordinal);
        if (node is null)
        {
            _nodes.Remove(path);
            names.Remove(name);
        }
        else
        {
            _nodes[path] = node;
            names.Add(name);
        }
    }

    private ErrorCode? Apply(Operation operation)
    {
        var path = operation.Path;
        var now = clock().ToUnixTimeMilliseconds();
        if (operation is Operation.CreateNode create)
        {
            if (Exists(path))
                return ErrorCode.NodeExists;
            if (!Exists(Parent(path)))
                return ErrorCode.NoNode;
            Put(path, new(create.Data.ToArray(), _zxid, _zxid, now, now, 0));
            return null;
        }
        if (!_nodes.TryGetValue(path, out var node))
            return ErrorCode.NoNode;
        var version = operation switch { Operation.DeleteNode d => d.Version, Operation.SetData s => s.Version, Operation.CheckVersion c => c.Version, _ => NodeVersion.Any };
        if (version != NodeVersion.Any && version != node.Version)
            return ErrorCode.BadVersion;
        if (operation is Operation.SetData set)
            Put(path, node with { Data = set.Data.ToArray(), ModifiedZxid = _zxid, ModifiedMs = now, Version = node.Version + 1 });
        if (operation is not Operation.DeleteNode)
            return null;
        if (_children.GetValueOrDefault(path) is { Count: > 0 })
            return ErrorCode.NotEmpty;
        Put(path, null);
        return null;
    }

    private static string Parent(string path) => path.LastIndexOf('/') is var at and > 0 ? path[..at] : "/";

    private NodeStat StatOf(string path, Node node) =>
        new(node.CreatedZxid, node.ModifiedZxid, node.CreatedMs, node.ModifiedMs, node.Version, 0, 0, 0, node.Data.Length, _children.GetValueOrDefault(path)?.Count ?? 0, 0);

    private sealed record Node(byte[] Data, long CreatedZxid, long ModifiedZxid, long CreatedMs, long ModifiedMs, int Version);
}
