namespace Hermes.Testing.ZooKeeper;

/// <summary>A request as a scripted server reads it.</summary>
/// <param name="Xid">Its number.</param>
/// <param name="Op">Its operation (<see cref="OpCodes"/>).</param>
/// <param name="Body">The fields behind the header.</param>
public sealed record ScriptedRequest(int Xid, int Op, WireReader Body);
