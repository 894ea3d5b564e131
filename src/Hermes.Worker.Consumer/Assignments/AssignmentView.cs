using System.Collections.Frozen;
using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.Worker.Consumer.Membership;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Consumer.Assignments;

/// <summary>Who is to serve what, by the leader's nodes, kept by one recursive watch: this worker's own share, and the others'
/// for balancing and rates.</summary>
/// <remarks>Ids are kept as they are, also those that no subscription is known for yet: it may come (W10).</remarks>
internal sealed partial class AssignmentView : IAsyncDisposable
{
    private readonly FleetPaths _paths;
    private readonly ConsumerId _id;
    private readonly ILogger _logger;
    private readonly TreeView? _tree;
    private readonly Task _following = Task.CompletedTask;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, AssignmentNode> _nodes = new(StringComparer.Ordinal);
    private readonly List<Nudge> _listeners = [];
    private FrozenDictionary<long, int>? _consumers;
    private volatile IReadOnlySet<long> _own = FrozenSet<long>.Empty;

    public AssignmentView(
        IZooKeeper zooKeeper, FleetPaths paths, ConsumerId id, ConsumerOptions options, ILogger<AssignmentView> logger, TimeProvider clock)
    {
        (_paths, _id, _logger) = (paths, id, logger);
        if (options.Workload is Workload.All)
            return;
        _tree = TreeView.Start(zooKeeper, paths.Assignments, new(), logger, clock);
        _following = Task.Run(() => FollowAsync(_tree));
    }

    /// <summary>What this worker is to serve: by its node as it was last readable. A node that is deleted takes nothing back;
    /// only a list, be it empty, does.</summary>
    public IReadOnlySet<long> Own => _own;

    /// <summary>Whether this worker is to serve a subscription; where it serves all, it always is.</summary>
    public bool Assigns(long subscription) => _tree is null || _own.Contains(subscription);

    /// <summary>Whether nothing is known to be missed at this moment.</summary>
    public bool IsCurrent => _tree?.IsCurrent is true;

    /// <summary>All nodes, by consumer.</summary>
    public IReadOnlyDictionary<string, AssignmentNode> Nodes
    {
        get
        {
            lock (_gate)
                return _nodes.ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>How many consumers a subscription is assigned to; those whose nodes cannot be read do not count.</summary>
    public int ConsumersOf(long subscription)
    {
        lock (_gate)
        {
            _consumers ??= _nodes.Values.SelectMany(n => n.Work ?? FrozenSet<long>.Empty).CountBy(id => id).ToFrozenDictionary();
            return _consumers.GetValueOrDefault(subscription);
        }
    }

    /// <summary>Has a nudge given at each change, and one at once.</summary>
    public void Listen(Nudge nudge)
    {
        lock (_gate)
            _listeners.Add(nudge);
        nudge.Give();
    }

    /// <summary>Ends it.</summary>
    public void Unlisten(Nudge nudge)
    {
        lock (_gate)
            _listeners.Remove(nudge);
    }

    public async ValueTask DisposeAsync()
    {
        if (_tree is not null)
            await _tree.DisposeAsync();
        await _following;
    }

    private async Task FollowAsync(TreeView tree)
    {
        await foreach (var change in tree.Subscribe().ReadAllAsync())
        {
            lock (_gate)
            {
                if (change.Kind is not TreeChangeKind.Current && change.Path != _paths.Assignments)
                    Apply(change);
                _listeners.ForEach(n => n.Give());
            }
        }
    }

    private void Apply(TreeChange change)
    {
        var consumer = change.Path[(change.Path.LastIndexOf('/') + 1)..];
        _consumers = null;
        if (change.Kind is TreeChangeKind.Removed)
        {
            _nodes.Remove(consumer);
            if (consumer == _id.Value)
                Log.Withdrawn(_logger, _own.Count);
            return;
        }
        IReadOnlySet<long>? work = null;
        try
        {
            work = AssignedWork.Read(change.Node!.Data.Span);
        }
        catch (InvalidDataException e)
        {
            Log.Unreadable(_logger, change.Path, e.Message);
        }
        _nodes[consumer] = new(work, change.Node!.Stat.Version);
        if (consumer == _id.Value && work is not null)
        {
            if (!_own.SetEquals(work))
                Log.Assigned(_logger, work.Count, work.Except(_own).Count(), _own.Except(work).Count());
            _own = work;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.WorkAssigned, LogLevel.Information, "Is to serve {Subscriptions} subscriptions: {Gained} more, {Lost} no longer")]
        public static partial void Assigned(ILogger logger, int subscriptions, int gained, int lost);

        [LoggerMessage(LogEvents.WorkWithdrawn, LogLevel.Information, "The leader counts this worker as away; it goes on with its {Subscriptions} subscriptions until it hears more")]
        public static partial void Withdrawn(ILogger logger, int subscriptions);

        [LoggerMessage(LogEvents.WorkUnreadable, LogLevel.Warning, "The assignment {Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
