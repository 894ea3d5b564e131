using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 6: path -> acl[], stat.</summary>
internal readonly record struct GetAclRequest(string Path) : IRequest<NodeAcl>
{
    public OpCode OpCode => OpCode.GetAcl;

    public static bool MayRepeat => true;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        return true;
    }

    public NodeAcl Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => new(reader.Acl(), reader.Stat());
}
