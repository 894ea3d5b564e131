using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 5: path, data, version -> stat.</summary>
internal readonly record struct SetDataRequest(string Path, ReadOnlyMemory<byte> Data, int Version) : IRequest<NodeStat>
{
    public OpCode OpCode => OpCode.SetData;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        Write(writer, wire, Path, Data.Span, Version);
        return true;
    }

    public NodeStat Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => reader.Stat();

    public bool TryAnswer(ErrorCode error, WireContext wire, out NodeStat reply)
    {
        reply = default;
        return false;
    }

    public Exception ToException(ErrorCode error) => Refusal.Of(OpCode, Path, error);

    public static void Write(JuteWriter writer, WireContext wire, string path, ReadOnlySpan<byte> data, int version)
    {
        wire.WritePath(writer, path);
        writer.Buffer(data);
        writer.Int(version);
    }
}
