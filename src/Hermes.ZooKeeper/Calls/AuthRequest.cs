using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Calls;

/// <summary>Opcode 100, under xid -4: 0, scheme, credential -> header only, ahead of the replies that wait.</summary>
internal readonly record struct AuthRequest(string Scheme, ReadOnlyMemory<byte> Credential) : IRequest<NoReply>
{
    public OpCode OpCode => OpCode.Auth;

    public string Path => Scheme;

    public static bool MayRepeat => true;

    public static int ReservedXid => Xid.Auth;

    public bool WriteTo(JuteWriter writer, WireContext wire)
    {
        writer.Int(0);
        writer.String(Scheme);
        writer.Buffer(Credential.Span);
        return true;
    }

    public NoReply Read(ref JuteReader reader, in ReplyHeader header, WireContext wire) => default;

    public Exception ToException(ErrorCode error) =>
        new ZooKeeperException(error, $"ZooKeeper refused the credential of scheme '{Scheme}': {error}.");
}
