using System.Net;

namespace Hermes.Delivery.Networks;

/// <summary>Tells the addresses of a host: the system's way, or what a test makes it say.</summary>
internal interface INameResolver
{
    /// <summary>All its addresses, best first.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It has none, or nobody answered.</exception>
    Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken);
}
