using Hermes.Shared.Avro;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Filtering;

/// <summary>Reads the filters of a subscription document.</summary>
internal static class FilterReader
{
    /// <param name="document">The filter.</param>
    /// <param name="isAvro">Whether the topic is one of Avro.</param>
    /// <exception cref="ArgumentException">The kind is unknown, or a member is missing or unreadable; the message says which.</exception>
    public static IMessageFilter Read(SubscriptionFilter document, bool isAvro) => (document.Type, isAvro) switch
    {
        ("jsonpath", false) => new JsonPathFilter(JsonSelector.Parse(Member(document.Path, "path")), Matching(document), Any(document.MatchingStrategy)),
        ("jsonpath", true) => throw new ArgumentException("type jsonpath is for topics of JSON, and this one is of AVRO", nameof(document)),
        ("avropath", true) => new AvroPathFilter(AvroPath.Parse(Member(document.Path, "path")), Matching(document), Any(document.MatchingStrategy)),
        ("avropath", false) => throw new ArgumentException("type avropath is for topics of AVRO, and this one is of JSON", nameof(document)),
        ("header", _) => new HeaderFilter(Member(document.Header, "header"), Matching(document)),
        (null, _) => throw new ArgumentException("type is missing", nameof(document)),
        var (type, _) => throw new ArgumentException($"type {type} is unknown", nameof(document)),
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
