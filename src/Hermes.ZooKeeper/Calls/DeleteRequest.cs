using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 2: path, version -> nothing.</summary>
internal readonly record struct DeleteRequest(string Path, int Version) : IRequest<NoReply>
{
    public OpCode OpCode => OpCode.Delete;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        Write(writer, wire, Path, Version);
        return true;
    }

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;

    public static void Write(JuteWriter writer, WireContext wire, string path, int version)
    {
        wire.WritePath(writer, path);
        writer.Int(version);
    }
}
