using System.Net;
using System.Security.Cryptography;

namespace Hermes.Worker.Consumer.Membership;

/// <summary>This worker's name in the fleet.</summary>
internal sealed record ConsumerId(string Value)
{
    /// <summary>By the settings, or the host's name with underscores for dots, a <c>$</c>, and a random number.</summary>
    public static ConsumerId Of(ConsumerOptions options) => new(
        Given(options.NodeId) ?? Given(options.InstanceId?.Replace('/', '_')) ?? $"{HostName().Replace('.', '_')}${Number()}");

    public override string ToString() => Value;

    private static string? Given(string? name) => string.IsNullOrWhiteSpace(name) ? null : name;

    private static long Number() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

    private static string HostName()
    {
        try
        {
            return Dns.GetHostEntry(Dns.GetHostName()).HostName;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return Environment.MachineName; // a host that cannot resolve itself
        }
    }
}
