using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>What a session is resumed by. The id may be negative; 0 means that there is none yet.</summary>
/// <param name="Id">The server's number for it.</param>
/// <param name="Password">Never logged.</param>
/// <param name="Timeout">What the server granted; before that, zero.</param>
/// <param name="Generation">How many sessions there have been, this one included.</param>
internal sealed record SessionIdentity(long Id, byte[] Password, TimeSpan Timeout, int Generation)
{
    public static SessionIdentity None(int generation) => new(0, new byte[ConnectRequest.PasswordLength], TimeSpan.Zero, generation);
}
