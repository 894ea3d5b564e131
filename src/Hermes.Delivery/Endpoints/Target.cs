namespace Hermes.Delivery.Endpoints;

/// <summary>One of the addresses that a broadcast message goes to.</summary>
/// <param name="Address">Where the request goes.</param>
/// <param name="Host">The value of <c>Host</c>, where the address is one of several of a host; null: the address's own.</param>
internal sealed record Target(Uri Address, string? Host)
{
    /// <summary>What it is remembered by.</summary>
    public string Key => Address.AbsoluteUri;

    /// <summary>For logs: a query may hold keys.</summary>
    public string Shown => Address.GetLeftPart(UriPartial.Path);
}
