using System.Net;
using System.Text;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Telemetry;
using Hermes.Delivery.Tls;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Sending;

/// <summary>The framework's HTTP handler, set up for endpoints, and made anew when the files of its TLS change.</summary>
/// <remarks>A handler keeps connections and a queue for each scheme, host and port: one host that is slow has its own connections full, and
/// nobody else's. Another handler has other connections.</remarks>
internal sealed partial class Handlers : IDisposable
{
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(10);
    private readonly DeliveryOptions _options;
    private readonly Connector _connector;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly FileChanges _changes;
    private volatile HttpMessageInvoker _current;

    /// <exception cref="TlsFileException">A file of the settings cannot be used.</exception>
    public Handlers(DeliveryOptions options, Connector connector, ILogger logger, TimeProvider clock)
    {
        (_options, _connector, _logger, _clock) = (options, connector, logger, clock);
        _current = Create(TlsMaterial.Load(options));
        _changes = new FileChanges(TlsMaterial.Files(options), options.FileLookInterval, Reload, clock);
    }

    /// <summary>The one for the next request.</summary>
    public HttpMessageInvoker Current => _current;

    public void Dispose()
    {
        _changes.Dispose();
        _current.Dispose();
    }

    private void Reload()
    {
        try
        {
            // The one before is left to those who have it: what is on its wires ends, and then its idle connections close by themselves.
            _current = Create(TlsMaterial.Load(_options));
            Log.TlsReloaded(_logger);
        }
        catch (TlsFileException e)
        {
            Log.TlsNotReloaded(_logger, e.Message);
        }
    }

    private HttpMessageInvoker Create(TlsMaterial tls)
    {
        if (tls.Client is { } own && own.NotAfter < _clock.GetUtcNow().LocalDateTime) Log.OwnCertificateEnded(_logger, own.Subject, own.NotAfter.ToUniversalTime());
        return new HttpMessageInvoker(new SocketsHttpHandler
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
            SslOptions = tls.ToOptions(),
            // Publishers' trace headers travel as metadata; the contract adds none of ours.
            ActivityHeadersPropagator = null,
            // Metadata may hold any text; without a choice of encoding, letters beyond ASCII would fail the attempt.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        });
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.TlsReloaded, LogLevel.Information, "The files of Delivery:Tls… changed: new connections use what is in them now")]
        public static partial void TlsReloaded(ILogger logger);

        [LoggerMessage(LogEvents.TlsNotReloaded, LogLevel.Error, "The files of Delivery:Tls… changed, but what was in them before stays in use: {Reason}")]
        public static partial void TlsNotReloaded(ILogger logger, string reason);

        [LoggerMessage(LogEvents.OwnCertificateEnded, LogLevel.Warning, "The client certificate {Subject} was valid until {End} only; endpoints that want one will turn it away")]
        public static partial void OwnCertificateEnded(ILogger logger, string subject, DateTime end);
    }
}
