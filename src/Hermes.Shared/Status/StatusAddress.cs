using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hermes.Shared.Status;

/// <summary>Reads <see cref="StatusSettings.Listen"/>.</summary>
internal static class StatusAddress
{
    public const string None = "none";

    public static bool IsValid(string? text) => text is null or None || TryParse(text, out _);

    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        var colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = text[..colon];
        if (host == "*")
            address = new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port); // the first takes IPv4 too
        else if (host == "localhost")
            address = new(IPAddress.Loopback, port);
        else if (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && host.Contains(':', StringComparison.Ordinal) == host.StartsWith('['))
            address = new(ip, port);
        return address is not null;
    }
}
