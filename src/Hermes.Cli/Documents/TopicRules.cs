using System.Text.Json.Nodes;
using Hermes.Shared.Naming;

namespace Hermes.Cli.Documents;

/// <summary>What Hermes demands of a topic (compatibility, 2.3).</summary>
internal static class TopicRules
{
    private static readonly TimeSpan LongestRetention = TimeSpan.FromDays(7);

    private static readonly MemberRule[] Rules =
    [
        MemberRule.Text("description", isRequired: true),
        MemberRule.Text("owner.source", isRequired: true, mayBeEmpty: false),
        MemberRule.Text("owner.id", isRequired: true, mayBeEmpty: false),
        MemberRule.Whole("retentionTime.duration", 0),
        MemberRule.OneOf("retentionTime.retentionUnit", "SECONDS", "MINUTES", "HOURS", "DAYS"),
        MemberRule.That("retentionTime", isRequired: false, "at most 7 days", node => Retention(node) is not { } time || time <= LongestRetention),
        MemberRule.OneOf("ack", "NONE", "LEADER", "ALL"),
        MemberRule.OneOf("contentType", "JSON", "AVRO"),
        MemberRule.Whole("maxMessageSize", 1024, 2 * 1024 * 1024),
        MemberRule.Flag("fallbackToRemoteDatacenterEnabled"),
        MemberRule.Flag("jsonToAvroDryRun"),
        MemberRule.Flag("trackingEnabled"),
        MemberRule.Flag("migratedFromJsonType"),
        MemberRule.Flag("subscribingRestricted"),
        MemberRule.OneOf("chaos.mode", "DISABLED", "GLOBAL", "DATACENTER"),
        MemberRule.Flag("auth.enabled"),
        MemberRule.Flag("auth.unauthenticatedAccessEnabled"),
    ];

    private static readonly string[] Optional = ["schemaIdAwareSerializationEnabled", "labels", "createdAt", "modifiedAt", "chaos.globalPolicy"];

    /// <exception cref="UsageException">All that is wrong, at once.</exception>
    public static void Check(TopicName name, JsonObject document) => DocumentRules.Check(document, Rules, [("name", name.ToString())]);

    /// <summary>Members that Hermes does not know: kept, but perhaps mistyped.</summary>
    public static IReadOnlyList<string> Unknown(TopicName name, JsonObject document) =>
        DocumentRules.Unknown(document, NewTopic.Create(name), Optional);

    /// <summary>How long Kafka is to keep messages; <see langword="null"/> where the document does not say it rightly.</summary>
    public static TimeSpan? Retention(JsonNode? retention)
    {
        if (retention?["duration"] is not JsonValue value || !value.TryGetValue<int>(out var duration))
            return null;
        return (retention["retentionUnit"]?.ToString() ?? "DAYS") switch
        {
            "SECONDS" => TimeSpan.FromSeconds(duration),
            "MINUTES" => TimeSpan.FromMinutes(duration),
            "HOURS" => TimeSpan.FromHours(duration),
            "DAYS" when duration < TimeSpan.MaxValue.TotalDays => TimeSpan.FromDays(duration),
            _ => null,
        };
    }
}
