namespace Hermes.Delivery.OAuth;

/// <summary>What a provider said to a request for a token.</summary>
/// <param name="Token">The token; null when none came. Never logged.</param>
/// <param name="Lifetime">How long it is good, where the provider says so.</param>
/// <param name="Fault">Why none came, without secrets.</param>
internal sealed record TokenAnswer(string? Token, TimeSpan? Lifetime, string? Fault)
{
    /// <summary>What may be shown.</summary>
    public override string ToString() => Fault ?? "a token";
}
