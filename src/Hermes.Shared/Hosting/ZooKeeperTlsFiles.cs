using System.Security.Cryptography.X509Certificates;
using Hermes.Shared.Tls;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Hosting;

/// <summary>What TLS is spoken with to ZooKeeper: read from the files of the settings at each connection, so that certificates can be
/// replaced under a worker that runs. While a file cannot be used, what was in them before goes on.</summary>
internal sealed partial class ZooKeeperTlsFiles
{
    private readonly ZooKeeperSettings _settings;
    private readonly ILogger _logger;
    private ZooKeeperTlsOptions _current;

    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public ZooKeeperTlsFiles(ZooKeeperSettings settings, ILogger<ZooKeeperTlsFiles> logger)
    {
        (_settings, _logger) = (settings, logger);
        _current = Read(settings);
    }

    /// <summary>Reads the files. What they hold must be whole.</summary>
    /// <exception cref="TlsFileException">One cannot be used.</exception>
    public static ZooKeeperTlsOptions Read(ZooKeeperSettings settings)
    {
        X509Certificate2Collection? authorities = null;
        foreach (var file in settings.TlsCaFiles)
            (authorities ??= []).AddRange(CertificateFiles.Authorities($"{ZooKeeperSettings.Section}:{nameof(ZooKeeperSettings.TlsCaFiles)}", file));
        return new()
        {
            TrustedAuthorities = authorities,
            ClientCertificate = string.IsNullOrEmpty(settings.TlsClientCertificate) ? null
                : CertificateFiles.Own(new(ZooKeeperSettings.Section, settings.TlsClientCertificate, settings.TlsClientKey, settings.TlsClientPassword, settings.TlsClientPasswordFile)).Own,
        };
    }

    /// <summary>What is in the files now, or was when they could last be used. Asked by one thread at a time: that which connects.</summary>
    public ZooKeeperTlsOptions Now()
    {
        try
        {
            var now = Read(_settings);
            if (now.ClientCertificate is { } own && own.Thumbprint != _current.ClientCertificate?.Thumbprint)
                Log.OwnCertificateChanged(_logger, own.Subject, own.NotAfter.ToUniversalTime());
            _current = now;
        }
        catch (TlsFileException e)
        {
            Log.FilesNotRead(_logger, e.Message);
        }
        return _current;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ZooKeeperTlsChanged, LogLevel.Information, "The client certificate for ZooKeeper is another one now: {Subject}, valid until {End}")]
        public static partial void OwnCertificateChanged(ILogger logger, string subject, DateTime end);

        [LoggerMessage(LogEvents.ZooKeeperTlsNotRead, LogLevel.Warning, "A connection to ZooKeeper is made with what the files of ZooKeeper:Tls… held before: {Reason}")]
        public static partial void FilesNotRead(ILogger logger, string reason);
    }
}
