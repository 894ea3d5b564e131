using System.Collections.Frozen;

namespace Hermes.Delivery.Sending;

/// <summary>Headers that are the same on every request of a subscription, checked once.</summary>
internal sealed class HeaderBlock
{
    /// <summary>Names that the contract or the protocol itself writes; from elsewhere they make the request impossible.</summary>
    private static readonly string[] Reserved =
    [
        "Content-Type", "Content-Length", "Host", "Keep-Alive", "Hermes-Message-Id", "Hermes-Retry-Count",
        // They rule the connection, and whoever could write them could end a body early or have two requests read as one.
        "Connection", "Expect", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    ];

    private readonly FrozenSet<string> _taken;

    /// <param name="headers">In the order in which they are sent.</param>
    /// <param name="own">Names of headers that are made for each attempt.</param>
    public HeaderBlock(IReadOnlyList<KeyValuePair<string, string>> headers, params IEnumerable<string> own)
    {
        Headers = headers;
        _taken = headers.Select(header => header.Key).Concat(own).Concat(Reserved).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        var seen = own.ToHashSet(StringComparer.OrdinalIgnoreCase);
        seen.UnionWith(Reserved);
        seen.Remove("Keep-Alive"); // the contract's own, and in the block where the protocol has it
        foreach (var (name, value) in headers)
            if (!seen.Add(name) || !HeaderText.IsName(name) || !HeaderText.IsValue(value))
                Fault ??= Impossible(name);
    }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Why no request can be made with these headers; null when all is well. Two headers of one name are none, as in Hermes.</summary>
    public string? Fault { get; }

    /// <summary>Whether a header of this name would be one too many.</summary>
    public bool Takes(string name) => _taken.Contains(name);

    /// <summary>Why these further headers cannot go with the block's; null when they can.</summary>
    public string? FaultOf(IReadOnlyList<KeyValuePair<string, string>> further)
    {
        for (var i = 0; i < further.Count; i++)
        {
            var (name, value) = further[i];
            if (_taken.Contains(name) || !HeaderText.IsName(name) || !HeaderText.IsValue(value)) return Impossible(name);
            for (var j = 0; j < i; j++)
                if (string.Equals(further[j].Key, name, StringComparison.OrdinalIgnoreCase))
                    return Impossible(name);
        }

        return null;
    }

    public static string Impossible(string name) => $"the header {name} cannot be sent, or stands there twice";
}
