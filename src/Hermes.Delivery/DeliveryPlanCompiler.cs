using System.Text.Json;
using Hermes.Delivery.Batches;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Registry;

namespace Hermes.Delivery;

/// <summary>Reads a subscription document into a plan, with Hermes's defaults for what it leaves out.</summary>
internal static class DeliveryPlanCompiler
{
    private const string Broadcast = "BROADCAST";

    /// <summary>The plan; null with a reason when the document asks for something that is not served.</summary>
    public static DeliveryPlan? TryCompile(SubscriptionDocument subscription, TopicDocument topic, DeliveryOptions options, out string? reason)
    {
        reason = NotServed(subscription, topic);
        if (reason is not null) return null;
        if (!SubscriptionExtensions.TryRead(subscription, out var extensions, out reason)) return null;
        reason = Impossible(extensions);
        if (reason is not null) return null;
        if (subscription.IsBatch)
            return Filters(subscription.Filters ?? [], topic.ContentType == ContentTypes.Avro, out reason) is { } wanted ? BatchPlanCompiler.TryCompile(subscription, wanted, extensions, out reason) : null;
        if (extensions.Batch is not null)
        {
            reason = $"{SubscriptionExtensions.Member}.batch is for deliveryType BATCH alone";
            return null;
        }

        var anycast = !string.Equals(subscription.Mode, Broadcast, StringComparison.Ordinal);
        if (!EndpointAddress.TryParse(subscription.Endpoint, anycast, out var endpoint, out reason)) return null;
        if (!EndpointExtras.TryRead(subscription, extensions, endpoint!, out var extras, out reason)) return null;
        if (Filters(subscription.Filters ?? [], topic.ContentType == ContentTypes.Avro, out reason) is not { } filters) return null;
        var policy = subscription.SubscriptionPolicy ?? new SubscriptionPolicy();
        return new DeliveryPlan
        {
            Name = $"{subscription.TopicName}${subscription.Name}",
            Topic = subscription.TopicName,
            Endpoint = endpoint!,
            FixedHeaders = [.. FixedHeaders(subscription, endpoint!)],
            Protocol = Protocol(subscription, endpoint!, options),
            OAuth = extras.OAuth,
            RetryUnauthorized = extras.HasOAuthPolicy,
            Signing = extras.Signing,
            Broadcast = extras.Broadcast,
            SlowFrom = subscription.ProfilingEnabled is true ? TimeSpan.FromMilliseconds(Math.Max(subscription.ProfilingThresholdMs ?? 0, 0)) : null,
            FellBackToHttp1 = subscription.Http2Enabled is true && Protocol(subscription, endpoint!, options) is HttpProtocol.Http1,
            Filters = filters,
            Backoff = new BackoffPolicy(
                TimeSpan.FromMilliseconds(Math.Max(policy.MessageBackoff ?? 100, 0)),
                Math.Max(policy.BackoffMultiplier ?? 1, 1),
                TimeSpan.FromSeconds(Math.Max(policy.BackoffMaxIntervalInSec ?? 600, 0)),
                TimeSpan.FromSeconds(Math.Max(policy.MessageTtl ?? 3600, 0))),
            AttemptTimeout = AttemptTimeout(policy),
            SendingDelay = TimeSpan.FromMilliseconds(Math.Max(policy.SendingDelay ?? 0, 0)),
            Rate = Math.Max(policy.Rate ?? SubscriptionPolicy.DefaultRate, 1),
            Window = Math.Max(policy.InflightSize ?? options.InflightSize, 1),
            RetryClientErrors = policy.RetryClientErrors ?? false,
            Order = extensions.Order,
            MaxAttempts = extensions.MaxAttempts ?? int.MaxValue,
            DeadLetter = extensions.DeadLetter,
        };
    }

    private static string? NotServed(SubscriptionDocument subscription, TopicDocument topic) => (subscription, topic) switch
    {
        ({ DeliveryType: not (null or DeliveryTypes.Serial or DeliveryTypes.Batch) }, _) => $"deliveryType {subscription.DeliveryType} is not served",
        (_, { ContentType: not (null or ContentTypes.Json or ContentTypes.Avro) }) => $"topics of contentType {topic.ContentType} are not served",
        ({ ContentType: not (null or ContentTypes.Json or ContentTypes.Avro) }, _) => $"contentType {subscription.ContentType} is not served",
        ({ IsBatch: true, ContentType: ContentTypes.Avro }, _) => "contentType AVRO is not served in batches",
        ({ IsBatch: true }, _) => null, // it has none of the following, and ignores what is said of them
        ({ Mode: not (null or "ANYCAST" or Broadcast) }, _) => $"mode {subscription.Mode} is not served",
        _ => null,
    };

    private static string? Impossible(SubscriptionExtensions extensions)
    {
        if (extensions.MaxAttempts is < 1) return $"{SubscriptionExtensions.Member}.maxAttempts must be 1 or more, but is {extensions.MaxAttempts}";
        return extensions.DeadLetter?.Topic is { } topic && DeadLetterTopics.Fault(topic) is { } fault
            ? $"{SubscriptionExtensions.Member}.deadLetter.topic {fault}"
            : null;
    }

    // The answer is judged by its status line, so silence on the socket ends an attempt no later than the request's own time-out would.
    private static TimeSpan AttemptTimeout(SubscriptionPolicy policy)
    {
        var request = Math.Max(policy.RequestTimeout ?? 1000, 1);
        return TimeSpan.FromMilliseconds(policy.SocketTimeout is { } socket and > 0 ? Math.Min(request, socket) : request);
    }

    private static HttpProtocol Protocol(SubscriptionDocument subscription, EndpointAddress endpoint, DeliveryOptions options)
    {
        if (subscription.Http2Enabled is not true || !options.Http2) return HttpProtocol.Http1;
        if (endpoint.IsSecure) return HttpProtocol.Http2;
        return options.Http2PriorKnowledge ? HttpProtocol.Http2PriorKnowledge : HttpProtocol.Http1;
    }

    private static IEnumerable<KeyValuePair<string, string>> FixedHeaders(SubscriptionDocument subscription, EndpointAddress endpoint)
    {
        if (subscription.SubscriptionIdentityHeadersEnabled is true)
        {
            yield return new("Hermes-Topic-Name", subscription.TopicName);
            yield return new("Hermes-Subscription-Name", subscription.Name);
        }

        if (endpoint.Authorization is { } authorization) yield return new("Authorization", authorization);
        foreach (var header in subscription.Headers ?? []) yield return new(header.Name, header.Value);
    }

    private static FilterSet? Filters(IReadOnlyList<SubscriptionFilter> documents, bool isAvro, out string? reason)
    {
        reason = null;
        var filters = new List<IMessageFilter>();
        foreach (var document in documents)
        {
            try
            {
                filters.Add(FilterReader.Read(document, isAvro));
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                reason = $"filter {filters.Count + 1} is not served: {e.Message}";
                return null;
            }
        }

        return filters.Count == 0 ? FilterSet.Empty : new FilterSet(filters);
    }
}
