using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hermes.Delivery.Endpoints;

/// <summary>One of the addresses that a broadcast message goes to.</summary>
/// <param name="Address">Where the request goes.</param>
/// <param name="Host">The value of <c>Host</c>, where the address is one of several of a host; null: the address's own.</param>
internal sealed record Target(Uri Address, string? Host)
{
    /// <summary>What it is remembered by.</summary>
    public string Key => Address.AbsoluteUri;

    /// <summary>The same in few bytes, for whoever remembers it for long. Two of a list's targets have the same about never.</summary>
    public ulong Mark => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Key)));

    /// <summary>For logs: a query may hold keys.</summary>
    public string Shown => Address.GetLeftPart(UriPartial.Path);
}
