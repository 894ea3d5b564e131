using System.Collections.Concurrent;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.Tls;
using Microsoft.Extensions.Logging;

namespace Hermes.Delivery.Tls;

/// <summary>What TLS is spoken with at this moment: read from the files of the settings, and again when they change.</summary>
internal sealed partial class TlsFiles : IDisposable
{
    private readonly DeliveryOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly FileChanges _changes;
    private readonly ConcurrentBag<Action> _watchers = [];

    /// <exception cref="TlsFileException">A file of the settings cannot be used.</exception>
    public TlsFiles(DeliveryOptions options, ILogger logger, TimeProvider clock)
    {
        (_options, _logger, _clock) = (options, logger, clock);
        Current = Load();
        _changes = new FileChanges(TlsMaterial.Files(options), options.FileLookInterval, Reload, clock);
    }

    public TlsMaterial Current { get; private set; }

    /// <summary>Calls <paramref name="changed"/>, on a thread of the pool, after each change of <see cref="Current"/>; it is quick and does not throw.</summary>
    public void Watch(Action changed) => _watchers.Add(changed);

    public void Dispose() => _changes.Dispose();

    private void Reload()
    {
        try
        {
            Current = Load();
            foreach (var changed in _watchers) changed();
            Log.TlsReloaded(_logger);
        }
        catch (TlsFileException e)
        {
            Log.TlsNotReloaded(_logger, e.Message);
        }
    }

    private TlsMaterial Load()
    {
        var tls = TlsMaterial.Load(_options);
        if (tls.Client is { } own && new DateTimeOffset(own.NotAfter) < _clock.GetUtcNow()) Log.OwnCertificateEnded(_logger, own.Subject, own.NotAfter.ToUniversalTime());
        return tls;
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
