using System.Net;
using System.Net.Sockets;

namespace Hermes.Delivery.Networks;

/// <summary>IPv4 addresses that an IPv6 address carries, and to which a gateway or the kernel would bring its packets.</summary>
internal static class EmbeddedAddress
{
    private static readonly IPNetwork Compatible = IPNetwork.Parse("::/96");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96"); // NAT64, RFC 6052
    private static readonly IPNetwork TranslatedLocally = IPNetwork.Parse("64:ff9b:1::/48"); // RFC 8215
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>The address itself, in its plainest form, and all that it carries.</summary>
    public static IReadOnlyList<IPAddress> Faces(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return [address.MapToIPv4()];
        if (address.AddressFamily is not AddressFamily.InterNetworkV6) return [address];
        var bytes = address.GetAddressBytes();
        if (Translated.Contains(address)) return [address, At(bytes, 12)];
        // Where the four bytes stand depends on the length of the prefix; RFC 6052 leaves byte 8 free in the short ones.
        if (TranslatedLocally.Contains(address))
            return [address, At(bytes, 12), new IPAddress([bytes[6], bytes[7], bytes[9], bytes[10]]), new IPAddress([bytes[7], bytes[9], bytes[10], bytes[11]]), At(bytes, 9)];
        if (SixToFour.Contains(address)) return [address, At(bytes, 2)];
        if (Teredo.Contains(address))
            return [address, At(bytes, 4), new IPAddress([(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]])];
        return Compatible.Contains(address) && !IPAddress.IPv6Loopback.Equals(address) && !IPAddress.IPv6Any.Equals(address) ? [address, At(bytes, 12)] : [address];
    }

    private static IPAddress At(byte[] bytes, int start) => new(bytes.AsSpan(start, 4));
}
