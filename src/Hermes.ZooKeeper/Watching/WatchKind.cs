namespace Hermes.ZooKeeper.Watching;

/// <summary>What a one-shot watch waits for: the server keeps the three apart.</summary>
internal enum WatchKind
{
    /// <summary>Change or deletion of a node that was there.</summary>
    Data,

    /// <summary>Creation of a node that was not there.</summary>
    Existence,

    /// <summary>A child created or deleted, or deletion of the node.</summary>
    Children,
}
