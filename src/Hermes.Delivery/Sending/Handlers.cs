using System.Net;
using System.Text;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Tls;

namespace Hermes.Delivery.Sending;

/// <summary>The framework's HTTP handler, set up for endpoints, and made anew when the files of its TLS change.</summary>
/// <remarks>A handler keeps connections and a queue for each scheme, host and port: one host that is slow has its own connections full, and
/// nobody else's. Another handler has other connections.</remarks>
internal sealed class Handlers : IDisposable
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(10);
    private readonly DeliveryOptions _options;
    private readonly Connector _connector;
    private readonly TlsFiles _tls;
    private volatile HttpMessageInvoker _current;

    public Handlers(DeliveryOptions options, Connector connector, TlsFiles tls)
    {
        (_options, _connector, _tls) = (options, connector, tls);
        _current = Create();
        tls.Watch(Renew);
    }

    /// <summary>The one for the next request.</summary>
    public HttpMessageInvoker Current => _current;

    public void Dispose() => _current.Dispose();

    // The one before is left to those who have it: what is on its wires ends, and then its idle connections close by themselves.
    private void Renew() => _current = Create();

    private HttpMessageInvoker Create() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = _options.MaxConnectionsPerServer,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = PingAfter,
        KeepAlivePingTimeout = PingPatience,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionLifetime = _options.ConnectionLifetime,
        PooledConnectionIdleTimeout = _options.ConnectionIdleTimeout,
        ConnectTimeout = _options.ConnectTimeout,
        ConnectCallback = _connector.ConnectAsync,
        SslOptions = _tls.Current.ToOptions(),
        // Publishers' trace headers travel as metadata; the contract adds none of ours.
        ActivityHeadersPropagator = null,
        // Metadata may hold any text; without a choice of encoding, letters beyond ASCII would fail the attempt.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    });
}
