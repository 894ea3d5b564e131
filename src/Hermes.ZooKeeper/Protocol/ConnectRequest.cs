namespace Hermes.ZooKeeper.Protocol;

/// <summary>The first frame of a connection: asks for a new session (id 0), or for one that exists.</summary>
internal readonly record struct ConnectRequest(long LastZxidSeen, TimeSpan Timeout, long SessionId, byte[] Password)
{
    public const int PasswordLength = 16;

    public void WriteTo(JuteWriter writer)
    {
        writer.Int(0); // protocol version
        writer.Long(LastZxidSeen);
        writer.Int((int)Timeout.TotalMilliseconds);
        writer.Long(SessionId);
        writer.Buffer(Password);
        writer.Bool(false); // read-only servers are refused; some 3.9 servers want this byte to be there
    }
}
