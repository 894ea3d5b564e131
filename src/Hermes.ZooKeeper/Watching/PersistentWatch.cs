using System.Threading.Channels;

namespace Hermes.ZooKeeper.Watching;

/// <summary>One reader's persistent watch.</summary>
internal sealed class PersistentWatch(string path, WatchMode mode, Action<PersistentWatch> remove) : IPersistentWatch
{
    private readonly Channel<WatchEvent> _events = Channel.CreateUnbounded<WatchEvent>(
        new() { SingleWriter = false, SingleReader = false, AllowSynchronousContinuations = false });

    public string Path => path;

    public WatchMode Mode => mode;

    public ChannelReader<WatchEvent> Events => _events.Reader;

    public void Tell(WatchEvent what) => _events.Writer.TryWrite(what);

    public void Complete() => _events.Writer.TryComplete();

    /// <summary>Ends the events at once; the server is told when it is its turn.</summary>
    public ValueTask DisposeAsync()
    {
        if (_events.Writer.TryComplete())
            remove(this);
        return ValueTask.CompletedTask;
    }
}
