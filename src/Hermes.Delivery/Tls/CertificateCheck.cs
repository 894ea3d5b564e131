using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Hermes.Delivery.Tls;

/// <summary>Says of an endpoint's certificate which one it is and why it is not trusted; the library alone says neither.</summary>
internal static class CertificateCheck
{
    /// <exception cref="AuthenticationException">It is not trusted.</exception>
    public static bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors is SslPolicyErrors.None ? true : throw new AuthenticationException(Describe((sender as SslStream)?.TargetHostName, certificate as X509Certificate2, chain, errors));

    private static string Describe(string? host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return "the endpoint has no certificate";
        List<string> why = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) why.Add($"it is not for {host}");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            why.AddRange(chain?.ChainStatus.Select(status => $"{status.Status}: {status.StatusInformation.Trim()}").Distinct() ?? []);
        return $"the endpoint's certificate {certificate.Subject}, issued by {certificate.Issuer}, valid until {certificate.NotAfter.ToUniversalTime():u}, is not trusted: {string.Join("; ", why)}";
    }
}
