using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hermes.Shared.Registry;

/// <summary>How a subscription gets a token for its endpoint (<c>oAuthPolicy</c>). Holds secrets.</summary>
public sealed class OAuthPolicyDocument
{
    /// <summary>On behalf of the provider's client.</summary>
    public const string ClientCredentials = "clientCredentials";

    /// <summary>On behalf of a user.</summary>
    public const string PasswordGrant = "password";

    /// <summary><see cref="ClientCredentials"/> or <see cref="PasswordGrant"/>.</summary>
    public required string GrantType { get; init; }

    /// <summary>The name of an <see cref="OAuthProviderDocument"/>.</summary>
    public required string ProviderName { get; init; }

    /// <summary>What the token is to be good for.</summary>
    public string? Scope { get; init; }

    /// <summary>The user of the password grant.</summary>
    public string? Username { get; init; }

    /// <summary>The user's password; never logged.</summary>
    public string? Password { get; init; }

    /// <summary>Members that this version does not know.</summary>
    [JsonExtensionData] public IDictionary<string, JsonElement>? Others { get; set; }
}
