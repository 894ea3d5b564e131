using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>Where tokens for endpoints come from, as the node of the provider holds it. Holds a secret.</summary>
public sealed class OAuthProviderDocument
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where tokens are asked for.</summary>
    public required string TokenEndpoint { get; init; }

    /// <summary>Who asks.</summary>
    public required string ClientId { get; init; }

    /// <summary>Its secret; never logged.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Milliseconds between two requests for one subscription, at first. Each request doubles it, a delivery sets it back.</summary>
    public int TokenRequestInitialDelay { get; init; }

    /// <summary>The longest that it grows to, in milliseconds.</summary>
    public int TokenRequestMaxDelay { get; init; }

    /// <summary>Milliseconds for one request.</summary>
    public int RequestTimeout { get; init; } = 1000;

    /// <summary>Milliseconds of silence on the socket; 0: none.</summary>
    public int SocketTimeout { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
