using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcodes 3, 4 and 12 with the watch flag. Remembers whether it asked the server for the watch.</summary>
internal abstract class WatchedReadRequest<T>(string path) : IRequest<Watched<T>>
{
    private bool _armed;

    public abstract OpCode OpCode { get; }

    public string Path => path;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        _armed = wire.Watches.MustArm(path);
        wire.WritePath(writer, path);
        writer.Bool(_armed);
        return true;
    }

    public Watched<T> Read(ref JuteReader reader, in ReplyHeader header, WireContext wire)
    {
        var (value, kind) = Read(ref reader);
        return Watch(value, kind, wire);
    }

    public virtual bool TryAnswer(ErrorCode error, WireContext wire, out Watched<T> reply)
    {
        reply = default;
        return false;
    }

    protected abstract (T Value, WatchKind Kind) Read(ref JuteReader reader);

    protected Watched<T> Watch(T value, WatchKind kind, WireContext wire) => new(value, wire.Watches.AddOneShot(path, kind, _armed));
}
