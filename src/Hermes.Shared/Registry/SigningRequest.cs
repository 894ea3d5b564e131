using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>Asks for messages to be signed by Standard Webhooks.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SigningRequest
{
    /// <summary>Names of secrets in the workers' own settings; each signs. Secrets themselves stand in no document.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }
}
