namespace Hermes.ZooKeeper;

/// <summary>A reply was larger than this client takes, so its connection was given up and the call is not repeated.</summary>
public sealed class ReplyTooLargeException(string operation, string path, int size, int limit)
    : IOException($"The reply to {operation} of '{path}' has {size} bytes, but at most {limit} are taken (MaxReplyBytes).")
{
    /// <summary>Bytes of the reply's frame.</summary>
    public int Size { get; } = size;

    /// <summary>Bytes that a reply may have.</summary>
    public int Limit { get; } = limit;
}
