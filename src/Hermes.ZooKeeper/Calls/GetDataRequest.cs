using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 4: path, watch -> data, stat.</summary>
internal readonly record struct GetDataRequest(string Path) : IRequest<NodeData>, IRequest<NodeData?>
{
    public OpCode OpCode => OpCode.GetData;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        writer.Bool(false);
        return true;
    }

    public NodeData Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => new(reader.Buffer(), reader.Stat());

    public bool TryAnswer(ErrorCode error, WireContext wire, out NodeData reply)
    {
        reply = default;
        return false;
    }

    NodeData? IRequest<NodeData?>.Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => Read(ref reader, header, wire);

    bool IRequest<NodeData?>.TryAnswer(ErrorCode error, WireContext wire, out NodeData? reply)
    {
        reply = null;
        return error is ErrorCode.NoNode;
    }

    public Exception ToException(ErrorCode error) => Refusal.Of(OpCode, Path, error);
}
