namespace Hermes.ZooKeeper;

/// <summary>A session at one moment.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Id">The server's id of the session; 0 before there is one. Ephemeral nodes carry it as their owner.</param>
/// <param name="Generation">How many sessions this client has had: rises by one with each new session, from 1.</param>
/// <param name="Connection">How many connections this client has had, over all sessions: a reconnect raises it.</param>
/// <param name="Timeout">The session time-out that the server granted; zero before it has.</param>
/// <param name="InDoubt">Fires when the present connection breaks, ahead of the server's time-out. A new connection
/// comes with a new token. Already cancelled while there is no connection.</param>
public sealed record SessionStatus(
    SessionState State, long Id, int Generation, int Connection, TimeSpan Timeout, CancellationToken InDoubt);
