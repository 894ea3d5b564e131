namespace Hermes.ZooKeeper;

/// <summary>A watch that fires once. It survives reconnects; dispose it when the answer no longer matters.</summary>
public sealed class OneShotWatch : IDisposable
{
    private readonly TaskCompletionSource<WatchEvent> _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<OneShotWatch> _dispose;

    internal OneShotWatch(string path, Action<OneShotWatch> dispose) => (Path, _dispose) = (path, dispose);

    /// <summary>The node watched.</summary>
    public string Path { get; }

    /// <summary>Completes with the event; with a <see cref="WatchEventType.Gap"/> when it can no longer tell (the session
    /// expired, or a persistent watch that served it ended): read again. Cancelled when the watch or the client is disposed first.</summary>
    public Task<WatchEvent> Fired => _fired.Task;

    internal void Fire(WatchEvent what) => _fired.TrySetResult(what);

    /// <summary>Forgets the watch. Never throws, may be called twice.</summary>
    public void Dispose()
    {
        if (_fired.TrySetCanceled())
            _dispose(this);
    }
}
