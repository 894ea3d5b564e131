using System.Net;
using System.Text;

namespace Hermes.Delivery.Sending;

/// <summary>The one HTTP client of the process: connections are pooled by host for all subscriptions together.</summary>
internal static class SenderFactory
{
    public static ISender Create(DeliveryOptions options) => new HandlerSender(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxConnectionsPerServer = options.MaxConnectionsPerServer,
        PooledConnectionLifetime = options.ConnectionLifetime,
        PooledConnectionIdleTimeout = options.ConnectionIdleTimeout,
        ConnectTimeout = options.ConnectTimeout,
        // Publishers' trace headers travel as metadata; the contract adds none of ours.
        ActivityHeadersPropagator = null,
        // Metadata may hold any text; without a choice of encoding, letters beyond ASCII would fail the attempt.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
    });
}
