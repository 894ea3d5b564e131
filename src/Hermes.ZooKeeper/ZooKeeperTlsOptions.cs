using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Hermes.ZooKeeper;

/// <summary>How to talk TLS with the servers: from the first byte, on the server's <c>secureClientPort</c>.</summary>
public sealed record ZooKeeperTlsOptions
{
    /// <summary>Authorities to trust in place of the system's; <see langword="null"/>: the system's.</summary>
    public X509Certificate2Collection? TrustedAuthorities { get; init; }

    /// <summary>Who we are, for servers that ask (their default); with its private key.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>The name that the server's certificate must carry; <see langword="null"/>: the host as the connection string writes it.</summary>
    public string? ServerName { get; init; }

    /// <summary>A judgement of one's own in place of the ordinary one.</summary>
    public RemoteCertificateValidationCallback? Validate { get; init; }
}
