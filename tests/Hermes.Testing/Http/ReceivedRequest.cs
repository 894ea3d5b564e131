using System.Text;
using System.Text.Json;

namespace Hermes.Testing.Http;

/// <summary>One request as the endpoint got it.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Target">Path and query as they stood on the wire.</param>
/// <param name="Headers">All headers, in any order; a name sent twice is there twice.</param>
/// <param name="Body">Its bytes.</param>
/// <param name="At">A timestamp of the system clock.</param>
public sealed record ReceivedRequest(
    string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, long At)
{
    /// <summary>Such as <c>HTTP/1.1</c>.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The subject of the certificate that the client showed; null for none.</summary>
    public string? ClientCertificate { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The message's id.</summary>
    public string Id => Header("Hermes-Message-Id") ?? "";

    /// <summary>The ids of all its messages: of the one, or of a batch, in order.</summary>
    public IReadOnlyList<string> MessageIds
    {
        get
        {
            if (Header("Hermes-Batch-Id") is null)
                return [Id];
            using var body = JsonDocument.Parse(Body);
            return [.. body.RootElement.EnumerateArray().Select(e => e.GetProperty("metadata").GetProperty("id").GetString()!)];
        }
    }

    /// <summary>The value of a header sent once; null when absent.</summary>
    public string? Header(string name) =>
        Headers.Where(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}
