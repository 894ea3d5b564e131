namespace Hermes.ZooKeeper.Protocol;

/// <summary>A frame is longer than is taken, be it a long reply or garbage.</summary>
internal sealed class OversizedFrameException(string message, int xid, int size) : IOException(message)
{
    /// <summary>The request that it answers, if it is a reply.</summary>
    public int Xid { get; } = xid;

    public int Size { get; } = size;
}
