using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hermes.Shared.Tls;

/// <summary>Reads certificates and keys from files.</summary>
public static class CertificateFiles
{
    private const string PemStart = "-----BEGIN";

    /// <summary>Authorities of a file, PEM or DER.</summary>
    /// <param name="setting">The setting that names the file, with its section.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="TlsFileException">It cannot be used.</exception>
    public static X509Certificate2Collection Authorities(string setting, string file) => Guard(setting, file, () =>
    {
        var bytes = File.ReadAllBytes(file);
        var found = new X509Certificate2Collection();
        if (IsPem(bytes))
            found.ImportFromPem(Encoding.UTF8.GetString(bytes));
        else
            found.Add(X509CertificateLoader.LoadCertificate(bytes));
        return found.Count > 0 ? found : throw new CryptographicException("there is no certificate in it");
    });

    /// <summary>Our own certificate with its key, and what else is in its file: the chain.</summary>
    /// <exception cref="TlsFileException">One of the files cannot be used.</exception>
    public static (X509Certificate2 Own, X509Certificate2Collection Others) Own(ClientCertificateFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var password = string.IsNullOrEmpty(files.PasswordFile)
            ? files.Password
            : Guard($"{files.Section}:TlsClientPasswordFile", files.PasswordFile, () => File.ReadAllText(files.PasswordFile).TrimEnd('\r', '\n'));
        return Guard($"{files.Section}:TlsClientCertificate", files.Certificate, () =>
        {
            var bytes = File.ReadAllBytes(files.Certificate);
            return IsPem(bytes) ? FromPem(bytes, files, password) : FromPkcs12(bytes, password);
        });
    }

    private static (X509Certificate2 Own, X509Certificate2Collection Others) FromPem(byte[] bytes, ClientCertificateFiles files, string? password)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var key = string.IsNullOrEmpty(files.Key)
            ? text
            : Guard($"{files.Section}:TlsClientKey", files.Key, () => File.ReadAllText(files.Key) is { } pem && pem.Contains(PemStart, StringComparison.Ordinal)
                ? pem : throw new CryptographicException("there is no key in it"));
        using var bare = string.IsNullOrEmpty(password) ? X509Certificate2.CreateFromPem(text, key) : X509Certificate2.CreateFromEncryptedPem(text, key, password);
        // Through PKCS#12, so that the key is one that every TLS library takes.
        var own = X509CertificateLoader.LoadPkcs12(bare.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(text);
        if (others.Count > 0)
            others.RemoveAt(0); // the first is our own
        return (own, others);
    }

    private static (X509Certificate2 Own, X509Certificate2Collection Others) FromPkcs12(byte[] bytes, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(bytes, password, X509KeyStorageFlags.Exportable);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("there is no certificate with a private key in it");
        all.Remove(own);
        return (own, all);
    }

    private static bool IsPem(byte[] bytes) => bytes.AsSpan().IndexOf("-----BEGIN"u8) >= 0;

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
