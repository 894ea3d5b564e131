using System.Net;
using System.Net.Sockets;
using Hermes.Shared.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Status;

/// <summary>Serves the status pages: Kestrel by itself, without the web framework around it, which would double the time to start.</summary>
internal sealed partial class StatusServer(
    StatusSettings settings, WorkerRole role, IEnumerable<StatusPage> pages, ILoggerFactory loggers, ILogger<StatusServer> logger) : IHostedService, IDisposable
{
    private const int MaxConnections = 64;
    private KestrelServer? _server;

    /// <exception cref="StatusAddressException">It cannot listen there.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var listen = settings.Listen ?? $"127.0.0.1:{role.StatusPort}";
        if (listen == StatusAddress.None || !StatusAddress.TryParse(listen, out var address))
            return;
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(address, l => l.Protocols = HttpProtocols.Http1);
        _server = new(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        try
        {
            await _server.StartAsync(new StatusApplication(pages, logger), cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new StatusAddressException(
                $"Status:Listen: the status pages cannot be served at {listen}: {(e.InnerException ?? e).Message}. Another process may have the port: choose another, port 0 for any, or none.", e);
        }
        var bound = _server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? listen;
        Log.Listening(logger, bound);
        if (!IPAddress.IsLoopback(address.Address))
            Log.ReachableFromOutside(logger, bound);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            await _server.StopAsync(cancellationToken);
    }

    public void Dispose() => _server?.Dispose();

    private static partial class Log
    {
        [LoggerMessage(LogEvents.StatusListening, LogLevel.Information, "Status pages at {Address}")]
        public static partial void Listening(ILogger logger, string address);

        [LoggerMessage(LogEvents.StatusReachable, LogLevel.Information, "The status pages at {Address} can be read from other machines, as Status:Listen asks")]
        public static partial void ReachableFromOutside(ILogger logger, string address);
    }
}
