using System.Globalization;

namespace Hermes.ZooKeeper.Sessions;

/// <summary>A connection string taken apart.</summary>
/// <param name="Servers">In the order written; at least one.</param>
/// <param name="Chroot">Put before every path; empty for none.</param>
internal sealed record ConnectString(IReadOnlyList<ServerAddress> Servers, string Chroot)
{
    private const int DefaultPort = 2181;

    /// <exception cref="ArgumentException">Names the part, the rule and the value.</exception>
    public static ConnectString Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw new ArgumentException("A ZooKeeper connection string must name a server, e.g. 'host:2181', but is empty.", nameof(text));
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var servers = (slash < 0 ? text : text[..slash]).Split(',', StringSplitOptions.TrimEntries).Select(s => Server(s, text)).ToArray();
        var chroot = slash < 0 ? "/" : text[slash..].Trim();
        if (chroot.Length > 1)
            NodePath.Validate(chroot);
        return new(servers, chroot.Length > 1 ? chroot : "");
    }

    private static ServerAddress Server(string server, string text)
    {
        var (host, port) = Cut(server);
        if (host.Length == 0 || host.Contains(' ', StringComparison.Ordinal))
            throw Bad($"'{server}' names no host");
        if (port is null)
            return new(host, DefaultPort);
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? new(host, number)
            : throw Bad($"the port of '{server}' must be 1 to 65535");

        ArgumentException Bad(string why) => new($"The ZooKeeper connection string '{text}' is wrong: {why}.", nameof(text));
    }

    private static (string Host, string? Port) Cut(string server)
    {
        if (server.StartsWith('[') && server.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            return (server[1..end], server.Length > end + 1 && server[end + 1] == ':' ? server[(end + 2)..] : server.Length == end + 1 ? null : "");
        var colon = server.LastIndexOf(':');
        // More than one colon without brackets is a bare IPv6 address.
        if (colon < 0 || server.IndexOf(':', StringComparison.Ordinal) != colon)
            return (server, null);
        return (server[..colon], server[(colon + 1)..]);
    }
}
