using Hermes.ZooKeeper.Protocol;
using Hermes.ZooKeeper.Watching;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 3 with a watch: on the node if it is there, on its creation if not.</summary>
internal sealed class WatchedExistsRequest(string path) : WatchedReadRequest<NodeStat?>(path)
{
    public override OpCode OpCode => OpCode.Exists;

    public override bool TryAnswer(ErrorCode error, WireContext wire, out Watched<NodeStat?> reply)
    {
        var isAbsent = error is ErrorCode.NoNode;
        reply = isAbsent ? Watch(null, WatchKind.Existence, wire) : default;
        return isAbsent;
    }

    protected override (NodeStat? Value, WatchKind Kind) Read(ref JuteReader reader) => (reader.Stat(), WatchKind.Data);
}
