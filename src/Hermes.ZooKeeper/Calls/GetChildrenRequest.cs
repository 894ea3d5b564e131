using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 12: path, watch -> names, stat.</summary>
internal readonly record struct GetChildrenRequest(string Path) : IRequest<NodeChildren>, IRequest<NodeChildren?>
{
    public OpCode OpCode => OpCode.GetChildren2;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        writer.Bool(false);
        return true;
    }

    public NodeChildren Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => new(reader.Strings(), reader.Stat());

    public bool TryAnswer(ErrorCode error, WireContext wire, out NodeChildren reply)
    {
        reply = default;
        return false;
    }

    NodeChildren? IRequest<NodeChildren?>.Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => Read(ref reader, header, wire);

    bool IRequest<NodeChildren?>.TryAnswer(ErrorCode error, WireContext wire, out NodeChildren? reply)
    {
        reply = null;
        return error is ErrorCode.NoNode;
    }

    public Exception ToException(ErrorCode error) => Refusal.Of(OpCode, Path, error);
}
