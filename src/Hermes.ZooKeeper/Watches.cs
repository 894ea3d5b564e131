using System.Threading.Channels;

namespace Hermes.ZooKeeper;

/// <summary>What a persistent watch covers.</summary>
public enum WatchMode
{
    /// <summary>The node: created, changed, deleted, and children created or deleted.</summary>
    Node,

    /// <summary>The node and all below it: created, changed, deleted. Children events are not sent.</summary>
    Recursive,
}

/// <summary>What happened to a watched node; positive numbers are the wire's.</summary>
public enum WatchEventType
{
    /// <summary>The connection was broken for a while: changes may have been missed; read again.</summary>
    Gap = 0,

    /// <summary>Created.</summary>
    Created = 1,

    /// <summary>Deleted.</summary>
    Deleted = 2,

    /// <summary>Its data was written.</summary>
    DataChanged = 3,

    /// <summary>A child was created or deleted.</summary>
    ChildrenChanged = 4,
}

/// <summary>A hint that something happened: decide from a fresh read.</summary>
/// <param name="Type">What.</param>
/// <param name="Path">To which node; for a gap, the watch's own path.</param>
public readonly record struct WatchEvent(WatchEventType Type, string Path);

/// <summary>A value read, and a watch that fires at most once when it is no longer true.</summary>
public readonly record struct Watched<T>(T Value, OneShotWatch Watch);

/// <summary>A watch that stays. Dispose it to end it.</summary>
public interface IPersistentWatch : IAsyncDisposable
{
    /// <summary>The node watched.</summary>
    string Path { get; }

    /// <summary>Events in the order of the server's stream: an event is here before any reply that shows its effect is
    /// handed out. Completed when the watch is disposed or the client ends. Unbounded: the reader must keep up.</summary>
    ChannelReader<WatchEvent> Events { get; }
}
