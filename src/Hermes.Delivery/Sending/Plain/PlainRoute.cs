using System.Text;

namespace Hermes.Delivery.Sending.Plain;

/// <summary>Where requests to one address go, and how they begin.</summary>
internal sealed class PlainRoute
{
    public PlainRoute(Uri address, PlainPool pool)
    {
        (Address, Pool) = (address, pool);
        Begin = Encoding.ASCII.GetBytes($"POST {address.PathAndQuery} HTTP/1.1\r\nHost: ");
        var host = address.HostNameType is UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        Host = Encoding.ASCII.GetBytes(address.IsDefaultPort ? host : $"{host}:{address.Port}");
    }

    public Uri Address { get; }

    public PlainPool Pool { get; }

    /// <summary>The request's first line, and the name of its first header.</summary>
    public byte[] Begin { get; }

    /// <summary>The address's own <c>Host</c>.</summary>
    public byte[] Host { get; }
}
