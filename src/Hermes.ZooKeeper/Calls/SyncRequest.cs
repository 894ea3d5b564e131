using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 9: path (which need not exist) -> path.</summary>
internal readonly record struct SyncRequest(string Path) : IRequest<NoReply>
{
    public OpCode OpCode => OpCode.Sync;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        return true;
    }

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;
}
