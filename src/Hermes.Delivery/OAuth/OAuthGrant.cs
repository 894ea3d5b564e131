namespace Hermes.Delivery.OAuth;

/// <summary>On whose behalf a subscription asks for tokens. Holds secrets: never logged.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Type"><c>client_credentials</c> or <c>password</c>.</param>
/// <param name="Scope">What the token is to be good for.</param>
/// <param name="Username">The user of the password grant.</param>
/// <param name="Password">The user's password.</param>
internal sealed record OAuthGrant(string Provider, string Type, string? Scope, string? Username, string? Password)
{
    /// <summary>What may be shown.</summary>
    public override string ToString() => $"{Type} from {Provider}";
}
