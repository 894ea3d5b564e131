namespace Hermes.Testing.ZooKeeper;

/// <summary>A frame on its way through a <see cref="FaultProxy"/>.</summary>
/// <param name="FromServer">Whether the server sent it.</param>
/// <param name="Xid">Its request's number; -1 for watch events, 0 for the handshake.</param>
/// <param name="Op">Its request's operation (<see cref="OpCodes"/>); 0 for watch events.</param>
/// <param name="Size">Bytes in the frame, without the length itself.</param>
public sealed record ProxiedFrame(bool FromServer, int Xid, int Op, int Size);
