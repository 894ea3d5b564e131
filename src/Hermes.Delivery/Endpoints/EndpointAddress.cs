using System.Text;

namespace Hermes.Delivery.Endpoints;

/// <summary>Where a subscription's messages go: the address without credentials, and the header that the credentials became.</summary>
internal sealed class EndpointAddress
{
    private EndpointAddress(string address, Uri? fixedAddress, UriTemplate? template, string? authorization)
    {
        Address = address;
        Fixed = fixedAddress;
        Template = template;
        Authorization = authorization;
        Shown = ForPeople(address);
    }

    /// <summary>The address with its places for values, without credentials.</summary>
    public string Address { get; }

    /// <summary>The address of every message; null when each message has its own.</summary>
    public Uri? Fixed { get; }

    /// <summary>How a message's address is made; null when all share one.</summary>
    public UriTemplate? Template { get; }

    /// <summary>Whether it is spoken to over TLS.</summary>
    public bool IsSecure => Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The value of <c>Authorization</c>; null without credentials. Never logged.</summary>
    public string? Authorization { get; }

    /// <summary>The address for logs: no credentials, and no query, which may hold keys.</summary>
    public string Shown { get; }

    /// <summary>Reads an <c>endpoint</c> of a subscription document.</summary>
    /// <param name="endpoint">The text, credentials and places included.</param>
    /// <param name="templated">Whether <c>{name}</c> stands for a value of the message (ANYCAST).</param>
    /// <param name="address">The address, when it can be used.</param>
    /// <param name="fault">Why it cannot be used, without the text itself, which may hold a password.</param>
    public static bool TryParse(string endpoint, bool templated, out EndpointAddress? address, out string? fault)
    {
        address = null;
        fault = null;
        var scheme = endpoint.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            fault = "the endpoint is not an absolute address";
            return false;
        }

        var protocol = endpoint[..scheme].ToLowerInvariant();
        if (protocol is not ("http" or "https"))
        {
            fault = $"endpoints of protocol {protocol} are not served";
            return false;
        }

        // Credentials are cut out as text, not as URI parts: Hermes sends them exactly as they stand there, escapes included.
        var start = scheme + 3;
        var end = endpoint.AsSpan(start).IndexOfAny("/?#") is var slash and >= 0 ? start + slash : endpoint.Length;
        var at = endpoint.LastIndexOf('@', end - 1, end - start);
        string? authorization = null;
        if (at >= 0)
        {
            authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(endpoint[start..at]));
            endpoint = string.Concat(endpoint.AsSpan(0, start), endpoint.AsSpan(at + 1));
        }

        var template = endpoint.Contains('{', StringComparison.Ordinal) ? UriTemplate.TryParse(endpoint) : null;
        if (template is not null && !templated)
        {
            fault = "an endpoint with {places} is served for ANYCAST only";
            return false;
        }

        Uri? whole = null;
        if (template is null && !Uri.TryCreate(endpoint, UriKind.Absolute, out whole))
        {
            fault = "the endpoint is not a valid address";
            return false;
        }

        address = new EndpointAddress(endpoint, whole, template, authorization);
        return true;
    }

    private static string ForPeople(string address) => address.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 ? address[..query] : address;
}
