using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 18: path, type -> nothing. Sent only for the last persistent watch of a path.</summary>
internal readonly record struct RemoveWatchRequest(PersistentWatch Watch) : IRequest<NoReply>
{
    private const int AnyType = 3; // the narrower types tear off half of a persistent watch (ZOOKEEPER-4471)

    public OpCode OpCode => OpCode.RemoveWatches;

    public string Path => Watch.Path;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        if (!wire.Watches.Remove(Watch))
            return false;
        wire.WritePath(writer, Path);
        writer.Int(AnyType);
        return true;
    }

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;

    public bool TryAnswer(ErrorCode error, WireContext wire, out NoReply reply)
    {
        reply = default;
        return error is ErrorCode.NoWatcher;
    }
}
