using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hermes.Delivery.Tls;

/// <summary>What TLS is spoken with: whom to trust, and who we are. Read once from the files of the settings.</summary>
internal sealed class TlsMaterial
{
    private const string PemStart = "-----BEGIN";
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
        foreach (var file in options.TlsCaFiles) (authorities ??= []).AddRange(Authorities(file));
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

    private static X509Certificate2Collection Authorities(string file) => Guard(nameof(DeliveryOptions.TlsCaFiles), file, () =>
    {
        var bytes = File.ReadAllBytes(file);
        var found = new X509Certificate2Collection();
        if (bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0) found.ImportFromPem(System.Text.Encoding.UTF8.GetString(bytes));
        else found.Add(X509CertificateLoader.LoadCertificate(bytes));
        return found.Count > 0 ? found : throw new CryptographicException("there is no certificate in it");
    });

    private static SslStreamCertificateContext OwnCertificate(DeliveryOptions options)
    {
        var password = string.IsNullOrEmpty(options.TlsClientPasswordFile)
            ? options.TlsClientPassword
            : Guard(nameof(DeliveryOptions.TlsClientPasswordFile), options.TlsClientPasswordFile, () => File.ReadAllText(options.TlsClientPasswordFile).TrimEnd('\r', '\n'));
        var file = options.TlsClientCertificate!;
        return Guard(nameof(DeliveryOptions.TlsClientCertificate), file, () =>
        {
            var bytes = File.ReadAllBytes(file);
            var (own, others) = bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0 ? FromPem(bytes, options, password) : FromPkcs12(bytes, password);
            return SslStreamCertificateContext.Create(own, others, offline: true);
        });
    }

    private static (X509Certificate2 Own, X509Certificate2Collection Others) FromPem(byte[] bytes, DeliveryOptions options, string? password)
    {
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        var key = string.IsNullOrEmpty(options.TlsClientKey)
            ? text
            : Guard(nameof(DeliveryOptions.TlsClientKey), options.TlsClientKey, () => File.ReadAllText(options.TlsClientKey) is { } pem && pem.Contains(PemStart, StringComparison.Ordinal)
                ? pem : throw new CryptographicException("there is no key in it"));
        using var bare = string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPem(text, key) : X509Certificate2.CreateFromEncryptedPem(text, key, password);
        // Through PKCS#12, so that the key is one that every TLS library takes.
        var own = X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(text);
        if (others.Count > 0) others.RemoveAt(0); // the first is our own
        return (own, others);
    }

    private static (X509Certificate2 Own, X509Certificate2Collection Others) FromPkcs12(byte[] bytes, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(bytes, password, X509KeyStorageFlags.Exportable);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("there is no certificate with a private key in it");
        all.Remove(own);
        return (own, all);
    }

    private static T Guard<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException and not TlsFileException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new TlsFileException(setting, file, e.Message, e);
        }
    }
}
