using System.Net;

namespace Hermes.Delivery.Networks;

/// <summary>Where deliveries may go. Judged by the address that a connection is about to be made to, whatever name led there.</summary>
internal sealed class NetworkPolicy
{
    private static readonly (IPNetwork Network, Refusal Refusal)[] Never =
    [
        .. Networks("link-local", "link-local addresses are never delivered to", "169.254.0.0/16", "fe80::/10"),
        .. Networks("metadata", "metadata services of clouds are never delivered to",
            "fd00:ec2::/32", "fd20:ce::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
        .. Networks("unspecified", "it is no address of a host", "0.0.0.0/8", "::/128"),
        .. Networks("multicast", "multicast and broadcast addresses are never delivered to", "224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),
    ];

    private static readonly (IPNetwork Network, Refusal Refusal)[] Loopback =
        [.. Networks("loopback", "loopback addresses are delivered to only with Delivery:AllowLoopback=true", "127.0.0.0/8", "::1/128")];

    private static readonly Refusal NotAllowed = new("not-allowed", "it is in none of Delivery:AllowedNetworks");
    private static readonly Refusal Denied = new("denied", "it is in one of Delivery:DeniedNetworks");
    private readonly (IPNetwork Network, Refusal Refusal)[] _refused;
    private readonly IPNetwork[] _allowed;

    /// <param name="options">Their networks are readable: the rules of the settings say so.</param>
    public NetworkPolicy(DeliveryOptions options)
    {
        _refused = [.. Never, .. options.AllowLoopback ? [] : Loopback, .. options.DeniedNetworks.Select(text => (IPNetwork.Parse(text), Denied))];
        _allowed = [.. options.AllowedNetworks.Select(text => IPNetwork.Parse(text))];
    }

    /// <summary>Why no connection may be made to this address; null when one may.</summary>
    public Refusal? RefusalOf(IPAddress address)
    {
        var faces = EmbeddedAddress.Faces(address);
        foreach (var (network, refusal) in _refused)
            foreach (var face in faces)
                if (network.Contains(face))
                    return refusal;
        return _allowed.Length == 0 || faces.Any(face => _allowed.Any(network => network.Contains(face))) ? null : NotAllowed;
    }

    private static IEnumerable<(IPNetwork Network, Refusal Refusal)> Networks(string rule, string reason, params string[] networks) =>
        networks.Select(text => (IPNetwork.Parse(text), new Refusal(rule, reason)));
}
