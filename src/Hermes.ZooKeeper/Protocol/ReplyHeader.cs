namespace Hermes.ZooKeeper.Protocol;

/// <summary>Stands before every reply: which request it answers, the server's last zxid, and 0 or why not.</summary>
internal readonly record struct ReplyHeader(int Xid, long Zxid, ErrorCode Error)
{
    public static ReplyHeader Read(ref JuteReader reader) => new(reader.Int(), reader.Long(), (ErrorCode)reader.Int());
}
