namespace Hermes.Delivery.Sending;

/// <summary>The version of HTTP that a request is to be sent by.</summary>
internal enum HttpProtocol
{
    /// <summary>HTTP/1.1, nothing else.</summary>
    Http1,

    /// <summary>HTTP/2 where TLS agrees on it (ALPN), else HTTP/1.1.</summary>
    Http2,

    /// <summary>HTTP/2 over plain TCP, without asking.</summary>
    Http2PriorKnowledge,
}
