using System.Text.Json.Nodes;
using Hermes.Shared.Naming;

namespace Hermes.Cli.Documents;

/// <summary>A topic with Hermes's defaults in every member, as its management writes them.</summary>
internal static class NewTopic
{
    public static JsonObject Create(TopicName name) => new()
    {
        ["name"] = name.ToString(),
        ["description"] = "",
        ["owner"] = Owner.Default,
        ["retentionTime"] = new JsonObject { ["duration"] = 1, ["retentionUnit"] = "DAYS" },
        ["jsonToAvroDryRun"] = false,
        ["ack"] = "LEADER",
        ["fallbackToRemoteDatacenterEnabled"] = false,
        ["chaos"] = new JsonObject { ["mode"] = "DISABLED", ["datacenterPolicies"] = new JsonObject() },
        ["trackingEnabled"] = false,
        ["migratedFromJsonType"] = false,
        ["contentType"] = "JSON",
        ["maxMessageSize"] = 51200,
        ["auth"] = new JsonObject { ["publishers"] = new JsonArray(), ["enabled"] = false, ["unauthenticatedAccessEnabled"] = true },
        ["subscribingRestricted"] = false,
        ["offlineStorage"] = new JsonObject
        {
            ["enabled"] = false,
            ["retentionTime"] = new JsonObject { ["duration"] = 1, ["infinite"] = false },
        },
    };
}
