using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 12 with a watch. A refused one leaves none.</summary>
internal sealed class WatchedGetChildrenRequest(string path) : WatchedReadRequest<NodeChildren>(path)
{
    public override OpCode OpCode => OpCode.GetChildren2;

    protected override (NodeChildren Value, WatchKind Kind) Read(ref JuteReader reader) => (new(reader.Strings(), reader.Stat()), WatchKind.Children);
}
