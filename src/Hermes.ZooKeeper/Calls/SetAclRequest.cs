using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 7: path, acl[], acl version -> stat.</summary>
internal readonly record struct SetAclRequest(string Path, IReadOnlyList<AclEntry> Acl, int AclVersion) : IRequest<NodeStat>
{
    public OpCode OpCode => OpCode.SetAcl;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        wire.WritePath(writer, Path);
        writer.Acl(Acl);
        writer.Int(AclVersion);
        return true;
    }

    public NodeStat Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => reader.Stat();
}
