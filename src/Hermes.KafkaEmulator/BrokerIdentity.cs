using System.Net;

namespace Hermes.KafkaEmulator;

/// <summary>Who the broker says it is: node 1, the only one, at the address that clients are told.</summary>
internal sealed record BrokerIdentity(string Host, int Port, string ClusterId)
{
    public const int NodeId = 1;

    /// <summary>What an anonymous client may do to the cluster where nothing is forbidden, as the bits of Kafka's operations.</summary>
    public const int ClusterOperations = 8096;

    /// <summary>Reads <c>host:port</c>; null when it is not that.</summary>
    public static (string Host, int Port)? ParseAddress(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(address.AsSpan(colon + 1), out var port) || port is < 0 or > IPEndPoint.MaxPort)
            return null;
        return (address[..colon].Trim('[', ']'), port);
    }
}
