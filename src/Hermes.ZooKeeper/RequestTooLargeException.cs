namespace Hermes.ZooKeeper;

/// <summary>A request was larger than a server takes. It was not sent: the server would only have cut the connection.</summary>
public sealed class RequestTooLargeException(string operation, int size, int limit)
    : ArgumentException($"A request of {size} bytes ({operation}) was not sent: the server takes {limit} (jute.maxbuffer, MaxRequestBytes).")
{
    /// <summary>Bytes of the request's frame.</summary>
    public int Size { get; } = size;

    /// <summary>Bytes that a request may have.</summary>
    public int Limit { get; } = limit;
}
