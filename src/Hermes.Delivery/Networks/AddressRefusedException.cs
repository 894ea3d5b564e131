using System.Net;

namespace Hermes.Delivery.Networks;

/// <summary>No connection is made: the policy of allowed networks forbids every address of the host.</summary>
internal sealed class AddressRefusedException(string host, IPAddress address, Refusal refusal)
    : IOException($"the address {(string.Equals(host, address.ToString(), StringComparison.Ordinal) ? host : $"{address} of {host}")} is refused: {refusal.Reason}");
