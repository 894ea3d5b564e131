using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 106 (3.6 and later): path, mode -> 0.</summary>
internal readonly record struct AddWatchRequest(PersistentWatch Watch) : IRequest<NoReply>
{
    public OpCode OpCode => OpCode.AddWatch;

    public string Path => Watch.Path;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        // In the table as soon as it is sent, so that reads that follow leave it alone.
        var mode = wire.Watches.Add(Watch);
        wire.WritePath(writer, Path);
        writer.Int((int)mode);
        return true;
    }

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;

    public Exception ToException(ErrorCode error) => error is ErrorCode.Unimplemented
        ? new NotSupportedException($"The ZooKeeper server does not know persistent watches (asked for on '{Path}'); they need 3.6 or later.")
        : Refusal.Of(OpCode, Path, error);
}
