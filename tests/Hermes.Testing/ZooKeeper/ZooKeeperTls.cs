using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hermes.Testing.Processes;

namespace Hermes.Testing.ZooKeeper;

/// <summary>An authority of its own with certificates for a server and a client, and how a server serves TLS with them.</summary>
public sealed class ZooKeeperTls : IDisposable
{
    private const string Password = "changeit"; // guards nothing: the folder lives as long as the test

    private readonly TemporaryFolder _folder = new();

    /// <param name="requireClientCertificate">Whether the server turns away clients without a certificate.</param>
    /// <param name="serverName">The DNS name in the server's certificate; 127.0.0.1 is in it as well unless this is another host's.</param>
    public ZooKeeperTls(bool requireClientCertificate = false, string serverName = "localhost")
    {
        using var authorityKey = RSA.Create(2048);
        var request = new CertificateRequest("CN=Hermes test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var start = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authority = request.CreateSelfSigned(start, start.AddDays(30));
        Authorities = [X509CertificateLoader.LoadCertificate(authority.RawData)];
        using var server = Issue(authority, "CN=server", serverName);
        ClientCertificate = Issue(authority, "CN=client", "client");
        File.WriteAllBytes(_folder.File("server.p12"), server.Export(X509ContentType.Pkcs12, Password));
        File.WriteAllText(_folder.File("authority.pem"), authority.ExportCertificatePem());
        SecurePort = FreePorts.Take(1)[0];
        ServerOptions = new()
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["secureClientPort"] = $"{SecurePort}",
                ["secureClientPortAddress"] = "127.0.0.1",
                ["serverCnxnFactory"] = "org.apache.zookeeper.server.NettyServerCnxnFactory",
                ["ssl.keyStore.location"] = _folder.File("server.p12"),
                ["ssl.keyStore.password"] = Password,
                ["ssl.keyStore.type"] = "PKCS12",
                ["ssl.trustStore.location"] = _folder.File("authority.pem"),
                ["ssl.trustStore.type"] = "PEM",
                ["ssl.clientAuth"] = requireClientCertificate ? "need" : "none",
            },
        };
    }

    /// <summary>What a client must trust.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>A certificate that the server accepts, with its key.</summary>
    public X509Certificate2 ClientCertificate { get; }

    /// <summary>The port that talks TLS.</summary>
    public int SecurePort { get; }

    /// <summary>Where TLS clients connect.</summary>
    public string ConnectionString => $"127.0.0.1:{SecurePort}";

    /// <summary>For <see cref="ZooKeeperServer.LaunchAsync"/>.</summary>
    public ZooKeeperServerOptions ServerOptions { get; }

    public void Dispose()
    {
        ClientCertificate.Dispose();
        foreach (var authority in Authorities)
            authority.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string subject, string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name is "localhost")
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var bare = request.Create(authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), RandomNumberGenerator.GetBytes(8));
        using var withKey = bare.CopyWithPrivateKey(key);
        // Through PKCS#12, so that the key is one that every TLS library takes.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12, Password), Password, X509KeyStorageFlags.Exportable);
    }
}
