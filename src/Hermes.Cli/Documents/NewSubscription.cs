using System.Text.Json.Nodes;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Cli.Documents;

/// <summary>A subscription with Hermes's defaults in every member, as its management writes them.</summary>
internal static class NewSubscription
{
    private const int MsInSecond = 1000;

    /// <param name="name">The subscription.</param>
    /// <param name="deliveryType">Decides the shape of the policy.</param>
    public static JsonObject Create(SubscriptionName name, string deliveryType) => new()
    {
        ["topicName"] = name.Topic.ToString(),
        ["name"] = name.Name,
        ["endpoint"] = "",
        ["state"] = SubscriptionState.Pending,
        ["description"] = "",
        ["subscriptionPolicy"] = deliveryType == DeliveryTypes.Batch ? BatchPolicy() : SerialPolicy(),
        ["trackingEnabled"] = false,
        ["trackingMode"] = "trackingOff",
        ["owner"] = Owner.Default,
        ["monitoringDetails"] = new JsonObject { ["severity"] = "NON_IMPORTANT", ["reaction"] = "" },
        ["contentType"] = "JSON",
        ["deliveryType"] = deliveryType,
        ["filters"] = new JsonArray(),
        ["mode"] = "ANYCAST",
        ["headers"] = new JsonArray(),
        ["endpointAddressResolverMetadata"] = new JsonObject(),
        ["http2Enabled"] = false,
        ["profilingEnabled"] = false,
        ["profilingThresholdMs"] = 0,
        ["subscriptionIdentityHeadersEnabled"] = false,
        ["autoDeleteWithTopicEnabled"] = false,
        ["metricsConfig"] = new JsonObject
        {
            ["messageProcessing"] = new JsonObject { ["thresholdsMilliseconds"] = new JsonArray(), ["enabled"] = false },
        },
    };

    /// <summary>Brings what Hermes derives in line with what it is derived from.</summary>
    /// <param name="document">The subscription, after all that was asked for.</param>
    /// <param name="isModeAsked">Whether <c>trackingMode</c> was asked for: then it leads, else <c>trackingEnabled</c> does.</param>
    public static void Derive(JsonObject document, bool isModeAsked)
    {
        if (document["subscriptionPolicy"] is JsonObject policy && policy["backoffMaxIntervalInSec"] is JsonValue seconds
            && seconds.TryGetValue<int>(out var interval))
        {
            policy["backoffMaxIntervalMillis"] = (long)interval * MsInSecond;
        }
        if (isModeAsked && document["trackingMode"] is JsonValue mode && mode.TryGetValue<string>(out var word))
        {
            document["trackingEnabled"] = IsTracking(word);
        }
        else if (document["trackingEnabled"] is JsonValue enabled && enabled.TryGetValue<bool>(out var isTracked)
            && isTracked != IsTracking(document["trackingMode"]?.ToString()))
        {
            document["trackingMode"] = isTracked ? "trackingAll" : "trackingOff";
        }
    }

    private static bool IsTracking(string? mode) => mode is "trackingAll" or "discardedOnly";

    private static JsonObject SerialPolicy() => new()
    {
        ["rate"] = 400,
        ["messageTtl"] = 3600,
        ["messageBackoff"] = 100,
        ["requestTimeout"] = 1000,
        ["socketTimeout"] = 0,
        ["sendingDelay"] = 0,
        ["backoffMultiplier"] = 1.0,
        ["backoffMaxIntervalInSec"] = 600,
        ["retryClientErrors"] = false,
        ["backoffMaxIntervalMillis"] = 600 * MsInSecond,
    };

    private static JsonObject BatchPolicy() => new()
    {
        ["messageTtl"] = 60,
        ["retryClientErrors"] = false,
        ["messageBackoff"] = 500,
        ["requestTimeout"] = 30_000,
        ["batchSize"] = 100,
        ["batchTime"] = 30_000,
        ["batchVolume"] = 64_000,
    };
}
