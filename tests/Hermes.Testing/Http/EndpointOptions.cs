using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hermes.Testing.Http;

/// <summary>How an endpoint listens.</summary>
public sealed record EndpointOptions
{
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0: any free one.</summary>
    public int Port { get; init; }

    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1;

    /// <summary>TLS is spoken with these; null: none is.</summary>
    public HttpsConnectionAdapterOptions? Tls { get; init; }
}
