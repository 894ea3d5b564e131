using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hermes.Shared.Tls;

namespace Hermes.Delivery.Tls;

/// <summary>What TLS is spoken with: whom to trust, and who we are. Read once from the files of the settings.</summary>
internal sealed class TlsMaterial
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _client;
    private readonly SslProtocols _protocols;
    private readonly X509RevocationMode _revocation;

    private TlsMaterial(X509Certificate2Collection? authorities, SslStreamCertificateContext? client, DeliveryOptions options)
    {
        (_authorities, _client) = (authorities, client);
        _protocols = options.TlsMinimum is "1.3" ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
        _revocation = options.TlsCheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck;
    }

    /// <summary>Our own certificate; null when there is none.</summary>
    public X509Certificate2? Client => _client?.TargetCertificate;

    /// <summary>The files that the settings name; none when the system's trust is all there is.</summary>
    public static IReadOnlyList<string> Files(DeliveryOptions options) =>
        [.. options.TlsCaFiles, .. new[] { options.TlsClientCertificate, options.TlsClientKey, options.TlsClientPasswordFile }.Where(file => !string.IsNullOrEmpty(file)).Select(file => file!)];

    /// <exception cref="TlsFileException">A file cannot be used.</exception>
    public static TlsMaterial Load(DeliveryOptions options)
    {
        X509Certificate2Collection? authorities = null;
        foreach (var file in options.TlsCaFiles) (authorities ??= []).AddRange(CertificateFiles.Authorities($"{DeliveryOptions.Section}:{nameof(DeliveryOptions.TlsCaFiles)}", file));
        return new TlsMaterial(authorities, string.IsNullOrEmpty(options.TlsClientCertificate) ? null : OwnCertificate(options), options);
    }

    /// <summary>The settings of a handler's TLS.</summary>
    public SslClientAuthenticationOptions ToOptions() => new()
    {
        EnabledSslProtocols = _protocols,
        ClientCertificateContext = _client,
        CertificateChainPolicy = ChainPolicy(),
        RemoteCertificateValidationCallback = CertificateCheck.Validate,
    };

    private X509ChainPolicy ChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = _revocation };
        if (_authorities is null) return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private static SslStreamCertificateContext OwnCertificate(DeliveryOptions options)
    {
        var (own, others) = CertificateFiles.Own(
            new(DeliveryOptions.Section, options.TlsClientCertificate!, options.TlsClientKey, options.TlsClientPassword, options.TlsClientPasswordFile));
        return SslStreamCertificateContext.Create(own, others, offline: true);
    }
}
