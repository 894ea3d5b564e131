using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Signing;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Batches;

/// <summary>Reads the document of a batch subscription into a plan, with Hermes's defaults for what it leaves out.</summary>
/// <remarks>Batches know no credentials, no OAuth, no HTTP/2 and no BROADCAST: where a document has them, they stay unused, as in Hermes.
/// Nor does a batch policy of Hermes have a <c>rate</c>; a replay with a rate of its own puts one there, and it counts requests.</remarks>
internal static class BatchPlanCompiler
{
    private const string ContentType = "Content-Type";

    /// <summary>Written for each request; a header of the subscription's own by this name replaces it.</summary>
    public const string BatchId = "Hermes-Batch-Id";

    /// <summary>The plan; null with a reason when the document asks for what is not served.</summary>
    public static DeliveryPlan? TryCompile(SubscriptionDocument subscription, FilterSet filters, SubscriptionExtensions extensions, out string? reason)
    {
        if (extensions.Order is not DeliveryOrder.Unordered)
        {
            reason = $"{SubscriptionExtensions.Member}.order is for deliveryType SERIAL alone";
            return null;
        }

        if (subscription.ContentType is not (null or ContentTypes.Json))
        {
            reason = $"contentType {subscription.ContentType} is not served for deliveryType BATCH";
            return null;
        }

        if (!EndpointAddress.TryParse(subscription.Endpoint, templated: true, out var endpoint, out reason)) return null;
        if (endpoint!.Fixed is null)
        {
            reason = "an endpoint with {places} is not served for deliveryType BATCH";
            return null;
        }

        if (extensions.Endpoints is not null || extensions.EveryAddress is true)
        {
            reason = $"{SubscriptionExtensions.Member}.endpoints and .everyAddress are not served for deliveryType BATCH";
            return null;
        }

        if (extensions.Signing is { Secrets.Count: 0 })
        {
            reason = $"{SubscriptionExtensions.Member}.signing.secrets is empty";
            return null;
        }

        var headers = Headers(subscription);
        var contentType = Take(headers, ContentType) ?? "application/json";
        var block = new HeaderBlock([.. headers], extensions.Signing is null ? [] : WebhookSignature.Headers);
        reason = block.Fault ?? (HeaderText.IsValue(contentType) ? null : HeaderBlock.Impossible(ContentType));
        if (reason is not null) return null;
        var policy = subscription.SubscriptionPolicy ?? new SubscriptionPolicy();
        var pause = TimeSpan.FromMilliseconds(Math.Max(policy.MessageBackoff ?? 500, 0));
        return new DeliveryPlan
        {
            Name = $"{subscription.TopicName}${subscription.Name}",
            Topic = subscription.TopicName,
            Endpoint = endpoint,
            FixedHeaders = [.. headers],
            Filters = filters,
            Backoff = new BackoffPolicy(pause, Multiplier: 1, pause, TimeSpan.FromSeconds(Math.Max(policy.MessageTtl ?? 60, 0))),
            AttemptTimeout = TimeSpan.FromMilliseconds(Math.Max(policy.RequestTimeout ?? 30_000, 1)),
            SendingDelay = TimeSpan.Zero,
            Rate = policy.Rate is { } rate ? Math.Max(rate, 1) : double.PositiveInfinity,
            Window = Math.Max(policy.BatchSize ?? 100, 1),
            RetryClientErrors = policy.RetryClientErrors ?? false,
            Signing = extensions.Signing?.Secrets,
            MaxAttempts = extensions.MaxAttempts ?? int.MaxValue,
            DeadLetter = extensions.DeadLetter,
            Batch = new BatchPlan
            {
                Size = Math.Max(policy.BatchSize ?? 100, 1),
                Time = TimeSpan.FromMilliseconds(Math.Max(policy.BatchTime ?? 30_000, 1)),
                Volume = Math.Clamp(policy.BatchVolume ?? 64_000, 1, BatchPlan.LargestVolume),
                Split = extensions.Batch?.Split ?? false,
                ContentType = contentType,
                Headers = block,
                SendsId = !headers.Exists(header => string.Equals(header.Key, BatchId, StringComparison.OrdinalIgnoreCase)),
            },
        };
    }

    // The subscription's own replace those of the contract; of two of one name the last counts.
    private static List<KeyValuePair<string, string>> Headers(SubscriptionDocument subscription)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (subscription.SubscriptionIdentityHeadersEnabled is true)
        {
            headers.Add(new("Hermes-Topic-Name", subscription.TopicName));
            headers.Add(new("Hermes-Subscription-Name", subscription.Name));
        }

        foreach (var header in subscription.Headers ?? [])
        {
            headers.RemoveAll(before => string.Equals(before.Key, header.Name, StringComparison.OrdinalIgnoreCase));
            headers.Add(new(header.Name, header.Value));
        }

        return headers;
    }

    private static string? Take(List<KeyValuePair<string, string>> headers, string name)
    {
        var at = headers.FindIndex(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase));
        if (at < 0) return null;
        var value = headers[at].Value;
        headers.RemoveAt(at);
        return value;
    }
}
