namespace Hermes.Delivery.Signing;

/// <summary>Reads secrets of Standard Webhooks: base64 with or without <c>whsec_</c>, several parted by spaces or lines.</summary>
internal static class SigningSecret
{
    private const string Prefix = "whsec_";
    private const int Shortest = 24;
    private const int Longest = 64;
    private static readonly char[] Parting = [' ', '\t', '\r', '\n', ','];

    /// <param name="text">The secrets; never repeated in the fault.</param>
    /// <param name="keys">The keys, when there is no fault.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? TryRead(string text, out byte[][] keys)
    {
        keys = [];
        var found = new List<byte[]>();
        foreach (var part in text.Split(Parting, StringSplitOptions.RemoveEmptyEntries))
        {
            var coded = part.StartsWith(Prefix, StringComparison.Ordinal) ? part[Prefix.Length..] : part;
            var key = new byte[coded.Length];
            if (!Convert.TryFromBase64String(coded, key, out var length)) return $"secret {found.Count + 1} of it is no base64";
            if (length is < Shortest or > Longest) return $"secret {found.Count + 1} of it has {length} bytes, and must have {Shortest} to {Longest}";
            found.Add(key[..length]);
        }

        keys = [.. found];
        return found.Count == 0 ? "there is no secret in it" : null;
    }
}
