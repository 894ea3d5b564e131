using Hermes.Shared.Registry;

namespace Hermes.Delivery.Filtering;

/// <summary>Reads the filters of a subscription document.</summary>
internal static class FilterReader
{
    /// <exception cref="ArgumentException">The kind is unknown, or a member is missing or unreadable; the message says which.</exception>
    public static IMessageFilter Read(SubscriptionFilter document) => document.Type switch
    {
        "jsonpath" => new JsonPathFilter(JsonSelector.Parse(Member(document.Path, "path")), Matching(document), Any(document.MatchingStrategy)),
        "header" => new HeaderFilter(Member(document.Header, "header"), Matching(document)),
        var type => throw new ArgumentException($"type {type} is unknown, or not for JSON", nameof(document)),
    };

    private static Matcher Matching(SubscriptionFilter document) => new(Member(document.Matcher, "matcher"));

    private static string Member(string? value, string name) => value ?? throw new ArgumentException($"{name} is missing", nameof(value));

    private static bool Any(string? strategy) => strategy?.ToUpperInvariant() switch
    {
        null or "ALL" => false,
        "ANY" => true,
        _ => throw new ArgumentException($"matchingStrategy {strategy} is unknown", nameof(strategy)),
    };
}
