namespace Hermes.Shared.Tls;

/// <summary>Where a section of the settings has the certificate that is shown to servers which ask for one.</summary>
/// <param name="Section">The section, for messages: its settings are called <c>TlsClientCertificate</c>, <c>TlsClientKey</c> and <c>TlsClientPasswordFile</c>.</param>
/// <param name="Certificate">PEM or PKCS#12; PEM may hold the chain and the key as well.</param>
/// <param name="Key">The PEM file of its key, where it is apart.</param>
/// <param name="Password">Of the key, or of the PKCS#12 file.</param>
/// <param name="PasswordFile">A file that holds it instead.</param>
public sealed record ClientCertificateFiles(string Section, string Certificate, string? Key, string? Password, string? PasswordFile)
{
    /// <summary>Names no secret.</summary>
    public override string ToString() => Certificate;
}
