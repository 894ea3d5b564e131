namespace Hermes.ZooKeeper;

/// <summary>The states of a session as its owner sees them.</summary>
public enum SessionState
{
    /// <summary>No server has accepted the session yet.</summary>
    Connecting,

    /// <summary>A server serves the session.</summary>
    Connected,

    /// <summary>The connection broke. The session, its ephemeral nodes and its watches may still live on the servers.</summary>
    Disconnected,

    /// <summary>Nothing was heard for a whole session time-out: count the session as lost, though no server has said so.</summary>
    Lost,

    /// <summary>A server said that the session is gone, with its ephemeral nodes. A new one is being opened.</summary>
    Expired,

    /// <summary>The credentials were refused. Terminal.</summary>
    AuthenticationFailed,

    /// <summary>The client was disposed. Terminal.</summary>
    Closed,
}
