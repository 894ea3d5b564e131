using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hermes.Testing.Processes;

namespace Hermes.Testing.Certificates;

/// <summary>An authority of its own, and the certificates it issues, in memory and as files.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority;

    public TestAuthority(string name = "Hermes test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var start = TimeProvider.System.GetUtcNow().AddDays(-1);
        _authority = request.CreateSelfSigned(start, start.AddDays(30));
        CaFile = _folder.File("authority.pem");
        File.WriteAllText(CaFile, _authority.ExportCertificatePem());
    }

    /// <summary>The authority's certificate, PEM.</summary>
    public string CaFile { get; }

    /// <summary>A path in a folder that goes with the authority.</summary>
    public string PathOf(string name) => _folder.File(name);

    /// <summary>Issues a certificate with its key.</summary>
    /// <param name="subject">The common name.</param>
    /// <param name="names">DNS names and addresses that it is for.</param>
    public X509Certificate2 Issue(string subject, params ReadOnlySpan<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                if (IPAddress.TryParse(name, out var address)) alternatives.AddIpAddress(address);
                else alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var bare = request.Create(_authority, new DateTimeOffset(_authority.NotBefore), new DateTimeOffset(_authority.NotAfter), RandomNumberGenerator.GetBytes(8));
        using var withKey = bare.CopyWithPrivateKey(key);
        // Through PKCS#12, so that the key is one that every TLS library takes.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }
}
