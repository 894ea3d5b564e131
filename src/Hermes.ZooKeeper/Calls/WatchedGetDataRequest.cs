using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 4 with a watch. A refused one leaves none.</summary>
internal sealed class WatchedGetDataRequest(string path) : WatchedReadRequest<NodeData>(path)
{
    public override OpCode OpCode => OpCode.GetData;

    protected override (NodeData Value, WatchKind Kind) Read(ref JuteReader reader) => (new(reader.Buffer(), reader.Stat()), WatchKind.Data);
}
