using System.Net;

namespace Hermes.Delivery.Networks;

/// <summary>Resolves as the operating system does.</summary>
internal sealed class SystemNames : INameResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}
