namespace Hermes.ZooKeeper.Watching;

/// <summary>The paths that a new connection must be told to watch, by kind.</summary>
internal sealed class WatchesToRestore
{
    public List<string> Data { get; } = [];
    public List<string> Existence { get; } = [];
    public List<string> Children { get; } = [];
    public List<string> Persistent { get; } = [];
    public List<string> Recursive { get; } = [];

    /// <summary>One-shot watches that lived on a persistent one: they fire with a gap.</summary>
    public List<OneShotWatch> Unservable { get; } = [];
}
