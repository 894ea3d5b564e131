using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hermes.ZooKeeper.Recipes;

/// <summary>A node and all below it, kept in memory by one recursive watch, with a feed of changes.</summary>
/// <remarks>
/// <para>The watch is set before the tree is read, so nothing falls between. Each event leads to a fresh read of its node;
/// many events of one node, to one. After a reconnect, which the server is silent about, the whole tree is walked again and
/// compared; until then <see cref="IsCurrent"/> is false and the old picture is served.</para>
/// <para>The root need not exist.</para>
/// </remarks>
public sealed partial class TreeView : IAsyncDisposable
{
    private readonly IZooKeeper _zooKeeper;
    private readonly string _root;
    private readonly TreeViewOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly TreeStore _store;
    private readonly Outage _outage;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private TreeView(IZooKeeper zooKeeper, string root, TreeViewOptions options, ILogger logger, TimeProvider clock)
    {
        (_zooKeeper, _root, _options, _logger, _clock, _store) = (zooKeeper, root, options, logger, clock, new(root));
        _outage = new($"The view of {root}", logger, clock);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Whether the picture has been complete since the last connection, and no event is known to be missed.</summary>
    public bool IsCurrent => _store.IsCurrent;

    /// <summary>Starts to watch and to read.</summary>
    public static TreeView Start(IZooKeeper zooKeeper, string root, TreeViewOptions options, ILogger logger, TimeProvider clock)
    {
        NodePath.Validate(root);
        return new(zooKeeper, root, options, logger, clock);
    }

    /// <summary>Waits until the picture is complete.</summary>
    public Task WhenCurrentAsync(CancellationToken cancellationToken) => _store.BecameCurrent.WaitAsync(cancellationToken);

    /// <summary>A node as it was last read; <see langword="null"/> when there is none.</summary>
    public TreeNode? Find(string path) => _store.Find(path);

    /// <summary>The names of a node's children, in no order.</summary>
    public IReadOnlyCollection<string> Children(string path) => _store.Children(path);

    /// <summary>First an <see cref="TreeChangeKind.Added"/> for each node that is there, parents first, and
    /// <see cref="TreeChangeKind.Current"/> once that is all; then each change in its order, and "current" again after
    /// each reconnect. Ends with the view.</summary>
    public ChannelReader<TreeChange> Subscribe() => _store.Subscribe();

    /// <summary>Ends a subscription.</summary>
    public void Unsubscribe(ChannelReader<TreeChange> reader) => _store.Unsubscribe(reader);

    /// <summary>Ends the watch and all subscriptions.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    private async Task RunAsync()
    {
        for (var failures = 0; !_stop.IsCancellationRequested;)
        {
            try
            {
                await using var watch = await _zooKeeper.WatchAsync(_root, WatchMode.Recursive, _stop.Token);
                await WalkAsync();
                failures = 0;
                _outage.Works();
                await FollowAsync(watch.Events);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (ObjectDisposedException)
            {
                break; // the client has ended, and its watches with it
            }
            catch (Exception e) // whatever it was, the view must not stand still for ever
            {
                _store.SetCurrent(false);
                var delay = TimeSpan.FromMilliseconds(Math.Min(100 * Math.Pow(2, failures++), _options.LongestRetry.TotalMilliseconds));
                if (_outage.Fails(e))
                    Log.TreeViewFailed(_logger, e, _root, delay);
                await Task.Delay(delay, _clock, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
        _store.Close();
    }

    private async Task FollowAsync(ChannelReader<WatchEvent> events)
    {
        while (await events.WaitToReadAsync(_stop.Token))
        {
            var (touched, gap) = Drain(events);
            if (gap)
                await WalkAsync();
            else
                await ReadAsync(touched);
        }
    }

    /// <summary>Takes all events that wait; a gap among them makes the others needless.</summary>
    private static (SortedSet<string> Touched, bool Gap) Drain(ChannelReader<WatchEvent> events)
    {
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        var gap = false;
        while (events.TryRead(out var what))
        {
            gap |= what.Type is WatchEventType.Gap;
            touched.Add(what.Path);
        }
        return (touched, gap);
    }

    private async Task ReadAsync(SortedSet<string> paths)
    {
        foreach (var some in paths.Chunk(_options.ReadsAtOnce))
        {
            var reads = some.Select(path => (path, _zooKeeper.TryGetAsync(path, _stop.Token).AsTask())).ToArray();
            await Task.WhenAll(reads.Select(r => r.Item2));
            foreach (var (path, read) in reads) // sorted: a parent is put before its children
                Apply(path, await read);
        }
    }

    private void Apply(string path, NodeData? read)
    {
        if (read is { } node)
            _store.Put(new(path, node.Data, node.Stat));
        else
            _store.Remove(path);
    }

    /// <summary>Reads the whole tree, level by level, and takes out what is no longer there.</summary>
    private async Task WalkAsync()
    {
        _store.SetCurrent(false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (List<string> level = [_root]; level.Count > 0;)
        {
            List<string> next = [];
            foreach (var some in level.Chunk(_options.ReadsAtOnce))
            {
                var reads = some.Select(VisitAsync).ToArray();
                await Task.WhenAll(reads);
                foreach (var (path, children) in some.Zip(reads.Select(r => r.Result)))
                {
                    if (children is null)
                        continue;
                    seen.Add(path);
                    next.AddRange(children.Select(name => path.Length == 1 ? path + name : $"{path}/{name}"));
                }
            }
            level = next;
        }
        foreach (var gone in _store.Paths().Where(p => !seen.Contains(p)).OrderDescending(StringComparer.Ordinal))
            _store.Remove(gone);
        _store.SetCurrent(true);
    }

    /// <summary>Reads a node, its data only where it has changed since it was last read.</summary>
    /// <returns>Its children's names; null: there is no such node.</returns>
    private async Task<IReadOnlyList<string>?> VisitAsync(string path)
    {
        if (await _zooKeeper.TryGetChildrenAsync(path, _stop.Token) is not { } children)
            return null;
        var known = _store.Find(path);
        if (known is not null && known.Stat.CreatedZxid == children.Stat.CreatedZxid && known.Stat.ModifiedZxid == children.Stat.ModifiedZxid)
            return children.Names;
        if (await _zooKeeper.TryGetAsync(path, _stop.Token) is not { } node)
            return null;
        _store.Put(new(path, node.Data, node.Stat));
        return children.Names;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.TreeViewFailed, LogLevel.Warning,
            "The view of {Root} could not be read; the last picture is served, and it is read again in {Delay}")]
        public static partial void TreeViewFailed(ILogger logger, Exception exception, string root, TimeSpan delay);
    }
}
