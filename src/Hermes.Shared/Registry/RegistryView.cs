using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Hermes.Shared.Health;
using Hermes.Shared.Naming;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Registry;

/// <summary>Topics and subscriptions in memory, kept by one recursive watch, with a feed of changes.</summary>
/// <remarks>A node that cannot be read is named in a log and counted, and otherwise ignored (invariant I7): a topic or a
/// subscription that was readable before stays as it was. After a reconnect the feed tells the differences.</remarks>
public sealed partial class RegistryView : IAsyncDisposable
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private readonly Heartbeat? _heartbeat;
    private readonly TreeView _tree;
    private readonly HermesPaths _paths;
    private readonly ILogger _logger;
    private readonly Counter<long> _unreadable;
    private readonly Lock _gate = new();
    private readonly Dictionary<TopicName, RegisteredTopic> _topics = [];
    private readonly Dictionary<SubscriptionName, RegisteredSubscription> _subscriptions = [];
    private readonly List<Channel<RegistryChange>> _listeners = [];
    private readonly TaskCompletionSource _becameCurrent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private bool _isCurrent;

    private RegistryView(IZooKeeper zooKeeper, HermesPaths paths, IMeterFactory meters, ILogger logger, TimeProvider clock, Heartbeats? heartbeats)
    {
        (_paths, _logger) = (paths, logger);
        _heartbeat = heartbeats?.Register("registry", LongestSilence);
        _unreadable = meters.Create("Hermes.Shared").CreateCounter<long>(
            "hermes.registry.unreadable", "{node}", "Nodes of topics and subscriptions that could not be read.");
        _tree = TreeView.Start(zooKeeper, paths.Groups, new(), logger, clock);
        _following = Task.Run(FollowAsync);
    }

    /// <summary>Whether nothing is known to be missed at this moment.</summary>
    public bool IsCurrent => _tree.IsCurrent;

    /// <summary>All subscriptions that can be read.</summary>
    public IReadOnlyList<RegisteredSubscription> Subscriptions
    {
        get
        {
            lock (_gate)
                return [.. _subscriptions.Values];
        }
    }

    /// <summary>Starts to watch and to read.</summary>
    public static RegistryView Start(IZooKeeper zooKeeper, HermesPaths paths, IMeterFactory meters, ILogger<RegistryView> logger, TimeProvider clock, Heartbeats? heartbeats = null) =>
        new(zooKeeper, paths, meters, logger, clock, heartbeats);

    /// <summary>Waits until the registry was read completely, once.</summary>
    public Task WhenCurrentAsync(CancellationToken cancellationToken) => _becameCurrent.Task.WaitAsync(cancellationToken);

    /// <summary>A topic; <see langword="null"/> when there is none that can be read.</summary>
    public RegisteredTopic? FindTopic(TopicName name)
    {
        lock (_gate)
            return _topics.GetValueOrDefault(name);
    }

    /// <summary>A subscription; <see langword="null"/> when there is none that can be read.</summary>
    public RegisteredSubscription? FindSubscription(SubscriptionName name)
    {
        lock (_gate)
            return _subscriptions.GetValueOrDefault(name);
    }

    /// <summary>First what there is, topics before subscriptions, then <see cref="RegistryChange.Current"/>, then each change
    /// in its order. Ends with the view. Unbounded: the reader must keep up.</summary>
    public ChannelReader<RegistryChange> Subscribe()
    {
        var channel = Channel.CreateUnbounded<RegistryChange>(new() { SingleWriter = true });
        lock (_gate)
        {
            foreach (var topic in _topics.Values)
                channel.Writer.TryWrite(new RegistryChange.TopicChanged(topic));
            foreach (var subscription in _subscriptions.Values)
                channel.Writer.TryWrite(new RegistryChange.SubscriptionCreated(subscription));
            if (_isCurrent)
                channel.Writer.TryWrite(new RegistryChange.Current());
            if (_following is { IsCompleted: true })
                channel.Writer.TryComplete();
            else
                _listeners.Add(channel);
        }
        return channel.Reader;
    }

    /// <summary>Ends a subscription to the feed.</summary>
    public void Unsubscribe(ChannelReader<RegistryChange> reader)
    {
        lock (_gate)
            _listeners.RemoveAll(l => l.Reader == reader);
    }

    /// <summary>Ends the watch and all feeds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tree.DisposeAsync();
        await _following;
    }

    private async Task FollowAsync()
    {
        _heartbeat?.Rest();
        await foreach (var change in _tree.Subscribe().ReadAllAsync())
        {
            _heartbeat?.Beat();
            lock (_gate)
                Apply(change);
            _heartbeat?.Rest();
        }
        _heartbeat?.Dispose();
        lock (_gate)
        {
            _becameCurrent.TrySetCanceled();
            _listeners.ForEach(l => l.Writer.TryComplete());
            _listeners.Clear();
        }
    }

    private void Apply(TreeChange change)
    {
        if (change.Kind is TreeChangeKind.Current)
        {
            _isCurrent = true;
            _becameCurrent.TrySetResult();
            Tell(new RegistryChange.Current());
        }
        else if (RegistryNode.TryParse(_paths.Groups, change.Path, out var about))
        {
            try
            {
                if (about.Value.Topic is { } topic)
                    ApplyTopic(topic, change);
                else if (about.Value.Subscription is { } subscription)
                    ApplySubscription(subscription, change);
            }
            catch (RegistryException e)
            {
                _unreadable.Add(1);
                Log.Unreadable(_logger, change.Path, e.Message);
            }
        }
    }

    private void ApplyTopic(TopicName name, TreeChange change)
    {
        if (change.Kind is not TreeChangeKind.Removed)
            Tell(new RegistryChange.TopicChanged(_topics[name] = DocumentReader.Topic(name, change.Node!.Data.Span, change.Node.Stat)));
        else if (_topics.Remove(name, out var gone))
            Tell(new RegistryChange.TopicRemoved(gone));
    }

    private void ApplySubscription(SubscriptionName name, TreeChange change)
    {
        if (change.Kind is TreeChangeKind.Removed)
        {
            if (_subscriptions.Remove(name, out var gone))
                Tell(new RegistryChange.SubscriptionRemoved(gone));
            return;
        }
        var now = DocumentReader.Subscription(name, change.Node!.Data.Span, change.Node.Stat);
        var before = _subscriptions.GetValueOrDefault(name);
        _subscriptions[name] = now;
        Tell(before is null ? new RegistryChange.SubscriptionCreated(now) : new RegistryChange.SubscriptionChanged(before, now));
    }

    private void Tell(RegistryChange change)
    {
        foreach (var listener in _listeners)
            listener.Writer.TryWrite(change);
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.NodeUnreadable, LogLevel.Warning,
            "{Path} is ignored: {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);
    }
}
