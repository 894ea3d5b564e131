namespace Hermes.Shared.Registry;

/// <summary>A header that every request of a subscription carries.</summary>
public sealed record SubscriptionHeader
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its value.</summary>
    public required string Value { get; init; }
}
