using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 3: path, watch -> stat, or "no node".</summary>
internal readonly record struct ExistsRequest(string Path) : IRequest<NodeStat?>
{
    public OpCode OpCode => OpCode.Exists;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        writer.Bool(false);
        return true;
    }

    public NodeStat? Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => reader.Stat();

    public bool TryAnswer(ErrorCode error, WireContext wire, out NodeStat? reply)
    {
        reply = null;
        return error is ErrorCode.NoNode;
    }

    public Exception ToException(ErrorCode error) => Refusal.Of(OpCode, Path, error);
}
