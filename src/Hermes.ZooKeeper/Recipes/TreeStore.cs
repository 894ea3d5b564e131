using System.Threading.Channels;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>The nodes of a <see cref="TreeView"/>, and whoever listens to their changes: both under one lock, so that a
/// listener's first picture and what follows fit together.</summary>
internal sealed class TreeStore(string root)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, TreeNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _children = new(StringComparer.Ordinal);
    private readonly List<Channel<TreeChange>> _listeners = [];
    private TaskCompletionSource _becameCurrent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;

    public bool IsCurrent { get; private set; }

    public Task BecameCurrent
    {
        get
        {
            lock (_gate)
                return _becameCurrent.Task;
        }
    }

    public TreeNode? Find(string path)
    {
        lock (_gate)
            return _nodes.GetValueOrDefault(path);
    }

    public string[] Children(string path)
    {
        lock (_gate)
            return _children.TryGetValue(path, out var names) ? [.. names] : [];
    }

    public string[] Paths()
    {
        lock (_gate)
            return [.. _nodes.Keys];
    }

    public ChannelReader<TreeChange> Subscribe()
    {
        var channel = Channel.CreateUnbounded<TreeChange>(new() { SingleWriter = true });
        lock (_gate)
        {
            foreach (var (path, node) in _nodes) // sorted: parents come first
                channel.Writer.TryWrite(new(TreeChangeKind.Added, path, node));
            if (IsCurrent)
                channel.Writer.TryWrite(new(TreeChangeKind.Current, root, null));
            if (_isClosed)
                channel.Writer.TryComplete();
            else
                _listeners.Add(channel);
        }
        return channel.Reader;
    }

    public void Unsubscribe(ChannelReader<TreeChange> reader)
    {
        lock (_gate)
            _listeners.RemoveAll(l => l.Reader == reader);
    }

    /// <summary>Puts in what was read, unless something newer is there.</summary>
    public void Put(TreeNode node)
    {
        lock (_gate)
        {
            var known = _nodes.GetValueOrDefault(node.Path);
            if (known is not null && known.Stat.CreatedZxid == node.Stat.CreatedZxid)
            {
                if (node.Stat.ModifiedZxid <= known.Stat.ModifiedZxid)
                    return;
                _nodes[node.Path] = node;
                Tell(new(TreeChangeKind.Changed, node.Path, node));
                return;
            }
            if (known is not null)
            {
                if (node.Stat.CreatedZxid < known.Stat.CreatedZxid)
                    return;
                RemoveWithAllBelow(node.Path);
            }
            _nodes[node.Path] = node;
            if (node.Path != root && NodePath.Parent(node.Path) is { } parent)
            {
                if (!_children.TryGetValue(parent, out var names))
                    _children[parent] = names = new(StringComparer.Ordinal);
                names.Add(Name(node.Path));
            }
            Tell(new(TreeChangeKind.Added, node.Path, node));
        }
    }

    /// <summary>Takes out a node and all below it, deepest first.</summary>
    public void Remove(string path)
    {
        lock (_gate)
            RemoveWithAllBelow(path);
    }

    public void SetCurrent(bool isCurrent)
    {
        lock (_gate)
        {
            if (IsCurrent && !isCurrent)
                _becameCurrent = new(TaskCreationOptions.RunContinuationsAsynchronously);
            IsCurrent = isCurrent;
            if (!isCurrent)
                return;
            _becameCurrent.TrySetResult();
            Tell(new(TreeChangeKind.Current, root, null));
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _becameCurrent.TrySetCanceled();
            foreach (var listener in _listeners)
                listener.Writer.TryComplete();
            _listeners.Clear();
        }
    }

    private void RemoveWithAllBelow(string path)
    {
        if (_children.Remove(path, out var names))
        {
            foreach (var name in names)
                RemoveWithAllBelow(path.Length == 1 ? path + name : $"{path}/{name}");
        }
        if (!_nodes.Remove(path, out var node))
            return;
        if (path != root && NodePath.Parent(path) is { } parent && _children.TryGetValue(parent, out var siblings) && siblings.Remove(Name(path)) && siblings.Count == 0)
            _children.Remove(parent);
        Tell(new(TreeChangeKind.Removed, path, node));
    }

    private void Tell(TreeChange change)
    {
        foreach (var listener in _listeners)
            listener.Writer.TryWrite(change);
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
