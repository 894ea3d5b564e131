using Hermes.ZooKeeper.Calls;
using Hermes.ZooKeeper.Protocol;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>The identities of a session. They belong to a connection, so each new one is told all of them.</summary>
internal sealed class Credentials
{
    private readonly Lock _gate = new();
    private readonly List<AuthRequest> _all;

    public Credentials(IReadOnlyList<DigestCredential> digest) =>
        _all = [.. digest.Select(d => new AuthRequest("digest", d.ToWire()))];

    public void Add(string scheme, ReadOnlyMemory<byte> credential)
    {
        lock (_gate)
            _all.Add(new(scheme, credential.ToArray()));
    }

    /// <returns>How many frames were written: each has a reply.</returns>
    public int WriteAll(JuteWriter writer, WireContext wire)
    {
        lock (_gate)
        {
            foreach (var request in _all)
            {
                var start = writer.BeginFrame();
                writer.Int(Xid.Auth);
                writer.Int((int)OpCode.Auth);
                request.WriteTo(writer, wire);
                writer.EndFrame(start);
            }
            return _all.Count;
        }
    }
}
