namespace Hermes.ZooKeeper.Watching;

/// <summary>The watches on one path. Guarded by the table's lock.</summary>
internal sealed class WatchedPath
{
    private static readonly int Kinds = Enum.GetValues<WatchKind>().Length;
    private readonly List<OneShotWatch>?[] _oneShots = new List<OneShotWatch>?[Kinds];

    public List<PersistentWatch> Persistent { get; } = [];

    /// <summary>How the server watches this path on the present connection, where a persistent watch stands.</summary>
    public WatchMode ServerMode { get; set; }

    public bool IsEmpty => Persistent.Count == 0 && Array.TrueForAll(_oneShots, s => s is null or { Count: 0 });

    public void Add(WatchKind kind, OneShotWatch watch) => (_oneShots[(int)kind] ??= []).Add(watch);

    public bool Remove(WatchKind kind, OneShotWatch watch) => _oneShots[(int)kind]?.Remove(watch) ?? false;

    /// <summary>Takes out those that this event fires.</summary>
    public void Take(WatchEventType type, List<OneShotWatch> fired)
    {
        if (type is WatchEventType.Created or WatchEventType.DataChanged or WatchEventType.Deleted)
        {
            Take(WatchKind.Data, fired);
            Take(WatchKind.Existence, fired);
        }
        if (type is WatchEventType.ChildrenChanged or WatchEventType.Deleted)
            Take(WatchKind.Children, fired);
    }

    public void TakeAll(List<OneShotWatch> taken)
    {
        Take(WatchKind.Data, taken);
        Take(WatchKind.Existence, taken);
        Take(WatchKind.Children, taken);
    }

    /// <summary>Tells the persistent watches of an event of this very node.</summary>
    public void Tell(WatchEvent what)
    {
        foreach (var watch in Persistent)
        {
            // A one-shot watch on the same path may have asked for children events, which recursive ones do not have.
            if (what.Type is not WatchEventType.ChildrenChanged || watch.Mode is WatchMode.Node)
                watch.Tell(what);
        }
    }

    /// <summary>Tells the persistent watches of an event of a node below.</summary>
    public void TellFromBelow(WatchEvent what, string path, bool isChild)
    {
        foreach (var watch in Persistent)
        {
            if (watch.Mode is WatchMode.Recursive)
                watch.Tell(what);
            else if (isChild)
                watch.Tell(new(WatchEventType.ChildrenChanged, path));
        }
    }

    /// <summary>Lists what a new connection must be told of this path, and tells of the gap.</summary>
    public void Restore(string path, WatchesToRestore restore)
    {
        if (Persistent.Count > 0)
        {
            ServerMode = Persistent.Exists(p => p.Mode is WatchMode.Recursive) ? WatchMode.Recursive : WatchMode.Node;
            (ServerMode is WatchMode.Recursive ? restore.Recursive : restore.Persistent).Add(path);
            Persistent.ForEach(p => p.Tell(new(WatchEventType.Gap, path)));
            // What was served from the persistent watch cannot be restored beside it.
            TakeAll(restore.Unservable);
            return;
        }
        if (Has(WatchKind.Data))
            restore.Data.Add(path);
        if (Has(WatchKind.Existence))
            restore.Existence.Add(path);
        if (Has(WatchKind.Children))
            restore.Children.Add(path);
    }

    private bool Has(WatchKind kind) => _oneShots[(int)kind] is { Count: > 0 };

    private void Take(WatchKind kind, List<OneShotWatch> taken)
    {
        if (_oneShots[(int)kind] is not { Count: > 0 } waiting)
            return;
        taken.AddRange(waiting);
        waiting.Clear();
    }
}
