using System.Runtime.InteropServices;

namespace Hermes.ZooKeeper.Watching;

/// <summary>All watches of a client, by path as the caller names it, and who is to hear of an event.</summary>
/// <remarks>Server 3.8.0 keeps one mode for each connection and path: a one-shot watch on the path of a persistent one
/// would replace it (ZOOKEEPER-4466). So one-shot watches on such a path are never sent; they are served from the
/// persistent one's events. Two persistent watches on one path share the wider mode.</remarks>
internal sealed class WatchTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WatchedPath> _paths = new(StringComparer.Ordinal);

    /// <summary>Whether a one-shot watch on this path must be asked of the server.</summary>
    public bool MustArm(string path)
    {
        lock (_gate)
            return !_paths.TryGetValue(path, out var entry) || entry.Persistent.Count == 0;
    }

    /// <summary>Adds a one-shot watch after the server's answer.</summary>
    /// <param name="path">What it watches.</param>
    /// <param name="kind">What it waits for.</param>
    /// <param name="armed">Whether the request asked the server for it.</param>
    public OneShotWatch AddOneShot(string path, WatchKind kind, bool armed)
    {
        var watch = new OneShotWatch(path, w => Forget(w, kind));
        lock (_gate)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_paths, path, out _);
            entry ??= new();
            if (armed || entry.Persistent.Count > 0)
            {
                entry.Add(kind, watch);
                return watch;
            }
            RemoveIfEmpty(path, entry);
        }
        watch.Fire(new(WatchEventType.Gap, path)); // the persistent watch that was to serve it is gone
        return watch;
    }

    /// <summary>Adds a persistent watch as its request is written.</summary>
    /// <returns>The mode to ask of the server.</returns>
    public WatchMode Add(PersistentWatch watch)
    {
        lock (_gate)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_paths, watch.Path, out _);
            entry ??= new();
            if (!entry.Persistent.Contains(watch))
                entry.Persistent.Add(watch);
            if (watch.Mode is WatchMode.Recursive)
                entry.ServerMode = WatchMode.Recursive;
            return entry.ServerMode;
        }
    }

    /// <summary>Removes a persistent watch.</summary>
    /// <returns>Whether the server is to be told: it was the path's last.</returns>
    public bool Remove(PersistentWatch watch)
    {
        List<OneShotWatch> served = [];
        lock (_gate)
        {
            if (!_paths.TryGetValue(watch.Path, out var entry) || !entry.Persistent.Remove(watch) || entry.Persistent.Count > 0)
                return false;
            entry.TakeAll(served); // the server drops these together with the persistent watch
            _paths.Remove(watch.Path);
        }
        foreach (var one in served)
            one.Fire(new(WatchEventType.Gap, watch.Path));
        return true;
    }

    /// <summary>Hands an event of the server to all whom it concerns.</summary>
    public void Dispatch(WatchEventType type, string path)
    {
        List<OneShotWatch> fired = [];
        List<OneShotWatch> firedAbove = [];
        lock (_gate)
        {
            if (_paths.TryGetValue(path, out var entry))
            {
                entry.Take(type, fired);
                entry.Tell(new(type, path));
                RemoveIfEmpty(path, entry);
            }
            if (type is not WatchEventType.ChildrenChanged)
                TellAncestors(type, path, firedAbove);
        }
        foreach (var watch in fired)
            watch.Fire(new(type, path));
        foreach (var watch in firedAbove)
            watch.Fire(new(WatchEventType.ChildrenChanged, watch.Path));
    }

    /// <summary>After a new connection: what the server must be told, and readers of persistent watches that they may
    /// have missed something. In a new session one-shot watches are over: they fire with a gap.</summary>
    public WatchesToRestore Restore(bool newSession)
    {
        List<OneShotWatch> lost = [];
        var restore = new WatchesToRestore();
        lock (_gate)
        {
            foreach (var (path, entry) in _paths)
            {
                if (newSession)
                    entry.TakeAll(lost);
                entry.Restore(path, restore);
            }
            if (newSession)
            {
                foreach (var path in _paths.Where(p => p.Value.IsEmpty).Select(p => p.Key).ToArray())
                    _paths.Remove(path);
            }
        }
        foreach (var watch in lost.Concat(restore.Unservable))
            watch.Fire(new(WatchEventType.Gap, watch.Path));
        return restore;
    }

    /// <summary>Ends all: the client is closed.</summary>
    public void Close()
    {
        List<OneShotWatch> waiting = [];
        lock (_gate)
        {
            foreach (var entry in _paths.Values)
            {
                entry.TakeAll(waiting);
                entry.Persistent.ForEach(p => p.Complete());
            }
            _paths.Clear();
        }
        waiting.ForEach(w => w.Dispose());
    }

    // A recursive watch sends no children events, so those who wait for them on the same path are served from the
    // creation or deletion of the child.
    private void TellAncestors(WatchEventType type, string path, List<OneShotWatch> fired)
    {
        var isChild = type is WatchEventType.Created or WatchEventType.Deleted;
        for (var above = NodePath.Parent(path); above is not null; above = NodePath.Parent(above), isChild = false)
        {
            if (!_paths.TryGetValue(above, out var entry) || entry.ServerMode is not WatchMode.Recursive)
                continue;
            entry.TellFromBelow(new(type, path), above, isChild);
            if (isChild)
                entry.Take(WatchEventType.ChildrenChanged, fired);
        }
    }

    private void Forget(OneShotWatch watch, WatchKind kind)
    {
        lock (_gate)
        {
            if (_paths.TryGetValue(watch.Path, out var entry) && entry.Remove(kind, watch))
                RemoveIfEmpty(watch.Path, entry);
        }
    }

    private void RemoveIfEmpty(string path, WatchedPath entry)
    {
        if (entry.IsEmpty)
            _paths.Remove(path);
    }
}
