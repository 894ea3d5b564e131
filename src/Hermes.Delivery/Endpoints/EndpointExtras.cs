using System.Text.Json;
using Hermes.Delivery.OAuth;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Endpoints;

/// <summary>What a subscription asks for on the way to its endpoint beyond the address: tokens, signatures, several targets.</summary>
internal readonly record struct EndpointExtras(OAuthGrant? OAuth, bool HasOAuthPolicy, IReadOnlyList<string>? Signing, BroadcastList? Broadcast)
{
    private const string BroadcastMode = "BROADCAST";

    /// <summary>Reads them; a fault names the member, and never a value, which may be a secret.</summary>
    public static bool TryRead(SubscriptionDocument subscription, SubscriptionExtensions extensions, EndpointAddress endpoint, out EndpointExtras extras, out string? fault)
    {
        extras = default;
        if (!TryReadOAuth(subscription, out var grant, out fault)) return false;
        if (!TryReadBroadcast(subscription, extensions, endpoint, out var broadcast, out fault)) return false;
        if (extensions.Signing is { Secrets.Count: 0 })
        {
            fault = $"{SubscriptionExtensions.Member}.signing.secrets is empty";
            return false;
        }

        // Credentials of the endpoint itself win over tokens.
        extras = new(endpoint.Authorization is null ? grant : null, grant is not null, extensions.Signing?.Secrets, broadcast);
        return true;
    }

    private static bool TryReadOAuth(SubscriptionDocument subscription, out OAuthGrant? grant, out string? fault)
    {
        (grant, fault) = (null, null);
        if (subscription.OAuthPolicy is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } member) return true;
        OAuthPolicyDocument? policy = null;
        try
        {
            policy = member.Deserialize(DocumentJson.Instance.OAuthPolicyDocument);
        }
        catch (JsonException e)
        {
            fault = $"oAuthPolicy cannot be read at {e.Path ?? "$"}";
        }

        if (policy is null)
        {
            fault ??= "oAuthPolicy cannot be read";
            return false;
        }

        var type = policy.GrantType switch
        {
            OAuthPolicyDocument.ClientCredentials => "client_credentials",
            OAuthPolicyDocument.PasswordGrant => "password",
            _ => null,
        };
        if (type is null)
        {
            fault = "oAuthPolicy.grantType is neither clientCredentials nor password";
            return false;
        }

        grant = new OAuthGrant(policy.ProviderName, type, policy.Scope, policy.Username, policy.Password);
        return true;
    }

    private static bool TryReadBroadcast(
        SubscriptionDocument subscription, SubscriptionExtensions extensions, EndpointAddress endpoint, out BroadcastList? broadcast, out string? fault)
    {
        (broadcast, fault) = (null, null);
        if (!string.Equals(subscription.Mode, BroadcastMode, StringComparison.Ordinal))
        {
            if (extensions.Endpoints is null && extensions.EveryAddress is not true) return true;
            fault = $"{SubscriptionExtensions.Member}.endpoints and .everyAddress are served for mode {BroadcastMode} only";
            return false;
        }

        var endpoints = new List<EndpointAddress>();
        foreach (var text in extensions.Endpoints ?? [])
        {
            if (!EndpointAddress.TryParse(text, templated: false, out var one, out fault))
            {
                fault = $"{SubscriptionExtensions.Member}.endpoints: {fault}";
                return false;
            }

            if (one!.Authorization is not null || one.IsSecure != endpoint.IsSecure)
            {
                fault = $"{SubscriptionExtensions.Member}.endpoints: credentials and the choice of http or https are those of the subscription's endpoint";
                return false;
            }

            endpoints.Add(one);
        }

        broadcast = new BroadcastList(extensions.Endpoints is null ? [endpoint] : endpoints, extensions.EveryAddress is true);
        return true;
    }
}
