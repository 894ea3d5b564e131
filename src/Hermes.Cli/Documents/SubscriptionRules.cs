using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Documents;

/// <summary>What Hermes demands of a subscription (compatibility, 2.4 to 2.6).</summary>
internal static partial class SubscriptionRules
{
    private static readonly string[] Protocols = ["http", "https", "jms", "googlepubsub"];

    private static readonly MemberRule[] Common =
    [
        MemberRule.That("endpoint", isRequired: true, $"an address with one of the protocols {string.Join(", ", Protocols)} (--endpoint)", IsEndpoint),
        MemberRule.Text("description", isRequired: true),
        MemberRule.Text("owner.source", isRequired: true, mayBeEmpty: false),
        MemberRule.Text("owner.id", isRequired: true, mayBeEmpty: false),
        MemberRule.OneOf("state", SubscriptionState.Pending, SubscriptionState.Active, SubscriptionState.Suspended),
        MemberRule.OneOf("deliveryType", DeliveryTypes.Serial, DeliveryTypes.Batch),
        MemberRule.OneOf("contentType", "JSON", "AVRO"),
        MemberRule.OneOf("mode", "ANYCAST", "BROADCAST"),
        MemberRule.OneOf("trackingMode", "trackingAll", "discardedOnly", "trackingOff"),
        MemberRule.Flag("trackingEnabled"),
        MemberRule.OneOf("monitoringDetails.severity", "CRITICAL", "IMPORTANT", "NON_IMPORTANT"),
        MemberRule.Text("monitoringDetails.reaction"),
        MemberRule.List("filters", "a list of objects with a type", e => e is JsonObject && e["type"]?.GetValueKind() is JsonValueKind.String),
        MemberRule.List("headers", "a list of objects with a name and a value", e => e is JsonObject && IsText(e["name"]) && IsText(e["value"])),
        MemberRule.OneOf("oAuthPolicy.grantType", "clientCredentials", "password"),
        MemberRule.Flag("http2Enabled"),
        MemberRule.Flag("profilingEnabled"),
        MemberRule.Whole("profilingThresholdMs", 0, long.MaxValue),
        MemberRule.Flag("subscriptionIdentityHeadersEnabled"),
        MemberRule.Flag("autoDeleteWithTopicEnabled"),
        MemberRule.Flag("subscriptionPolicy.retryClientErrors"),
    ];

    private static readonly MemberRule[] Serial =
    [
        .. Common,
        MemberRule.Whole("subscriptionPolicy.rate", 1),
        MemberRule.Whole("subscriptionPolicy.messageTtl", 0, 7200),
        MemberRule.Whole("subscriptionPolicy.messageBackoff", 0),
        MemberRule.Whole("subscriptionPolicy.requestTimeout", 100, 300_000),
        MemberRule.Whole("subscriptionPolicy.socketTimeout", 0, 300_000),
        MemberRule.Whole("subscriptionPolicy.inflightSize", 1),
        MemberRule.Whole("subscriptionPolicy.sendingDelay", 0, 5000),
        MemberRule.Number("subscriptionPolicy.backoffMultiplier", 1, 10),
        MemberRule.Whole("subscriptionPolicy.backoffMaxIntervalInSec", 1, 600),
    ];

    private static readonly MemberRule[] Batch =
    [
        .. Common,
        MemberRule.Whole("subscriptionPolicy.messageTtl", 0),
        MemberRule.Whole("subscriptionPolicy.messageBackoff", 0),
        MemberRule.Whole("subscriptionPolicy.requestTimeout", 1),
        MemberRule.Whole("subscriptionPolicy.batchSize", 1),
        MemberRule.Whole("subscriptionPolicy.batchTime", 1),
        MemberRule.Whole("subscriptionPolicy.batchVolume", 1),
    ];

    private static readonly string[] Optional = ["oAuthPolicy", "createdAt", "modifiedAt", "subscriptionPolicy.inflightSize"];

    /// <exception cref="UsageException">All that is wrong, at once.</exception>
    public static void Check(SubscriptionName name, JsonObject document)
    {
        var isBatch = IsBatch(document);
        List<string> faults = [];
        if (isBatch && document["contentType"]?.ToString() == "AVRO")
            faults.Add("deliveryType BATCH cannot deliver contentType AVRO.");
        if (Secrets.IsMasked(document["endpoint"]))
            faults.Add($"endpoint holds '{Secrets.Mask}' in place of the password, as it is shown; 'show --secrets' shows the real one.");
        DocumentRules.Check(document, isBatch ? Batch : Serial, [("topicName", name.Topic.ToString()), ("name", name.Name)], faults);
    }

    /// <summary>Whether the filters fit the topic's content: the other kind would filter every message out.</summary>
    /// <exception cref="UsageException">One does not.</exception>
    public static void CheckFilters(JsonObject document, string? topicContentType)
    {
        var misfit = topicContentType == "AVRO" ? "jsonpath" : "avropath";
        if (document["filters"] is JsonArray filters && filters.Any(filter => filter?["type"]?.ToString() == misfit))
            throw new UsageException($"filters must not be of type {misfit}: the topic's content type is {topicContentType ?? "JSON"}.");
    }

    /// <summary>Members that Hermes does not know: kept, but perhaps mistyped.</summary>
    public static IReadOnlyList<string> Unknown(SubscriptionName name, JsonObject document) => DocumentRules.Unknown(
        document, NewSubscription.Create(name, IsBatch(document) ? DeliveryTypes.Batch : DeliveryTypes.Serial), Optional);

    private static bool IsBatch(JsonObject document) => document["deliveryType"]?.ToString() == DeliveryTypes.Batch;

    private static bool IsText(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String;

    private static bool IsEndpoint(JsonNode node) =>
        IsText(node)
        // A template stands for any text, also where an address could not have braces.
        && Uri.TryCreate(Template().Replace(node.ToString(), "x"), UriKind.Absolute, out var address)
        && Protocols.Contains(address.Scheme, StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^{}/]+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Template();
}
