using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode -11: ends the session and its ephemeral nodes -> header only, then the server hangs up.</summary>
internal readonly record struct CloseRequest : IRequest<NoReply>
{
    public OpCode OpCode => OpCode.CloseSession;

    public string Path => "";

    public bool WriteTo(JuteWriter writer, WireContext wire) => true;

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;
}
