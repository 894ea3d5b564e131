using Hermes.Delivery.Batches;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.OAuth;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Signing;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.Registry;

namespace Hermes.Delivery;

/// <summary>What a subscription document asks for, read once and kept in the form in which each message needs it.</summary>
internal sealed class DeliveryPlan
{
    private static readonly KeyValuePair<string, string> KeepAlive = new("Keep-Alive", "true");
    private static readonly string[] Authorization = ["Authorization"];

    /// <summary>The qualified name of the subscription: <c>group.topic$name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The qualified name of its topic.</summary>
    public required string Topic { get; init; }

    public required EndpointAddress Endpoint { get; init; }

    /// <summary>Identity headers, credentials and the subscription's own headers: the same on each request.</summary>
    public required KeyValuePair<string, string>[] FixedHeaders { get; init; }

    /// <summary>Where the subscription's messages are counted; found at the first of them.</summary>
    public SubscriptionMeter? Meter { get; set; }

    /// <summary>The same in the form that senders take, with what the contract adds to them.</summary>
    public HeaderBlock Headers => field ??= new HeaderBlock(
        Protocol is HttpProtocol.Http1 ? [KeepAlive, .. FixedHeaders] : FixedHeaders,
        [.. OAuth is null ? [] : Authorization, .. Signing is null ? [] : WebhookSignature.Headers]);

    public HttpProtocol Protocol { get; init; }

    /// <summary>HTTP/2 was asked for, and cannot be spoken there.</summary>
    public bool FellBackToHttp1 { get; init; }

    /// <summary>Where the endpoint's tokens come from; null when it wants none, or has credentials of its own.</summary>
    public OAuthGrant? OAuth { get; init; }

    /// <summary>Whether 401 is tried again.</summary>
    public bool RetryUnauthorized { get; init; }

    /// <summary>Names of the secrets that sign each request; null: none is signed.</summary>
    public IReadOnlyList<string>? Signing { get; init; }

    /// <summary>The addresses that each message goes to; null: one endpoint takes it.</summary>
    public BroadcastList? Broadcast { get; init; }

    /// <summary>From which duration on an attempt is named in the log as slow; null: never.</summary>
    public TimeSpan? SlowFrom { get; init; }

    public required FilterSet Filters { get; init; }

    public required BackoffPolicy Backoff { get; init; }

    /// <summary>The longest that one attempt may take, from its start to its answer.</summary>
    public required TimeSpan AttemptTimeout { get; init; }

    /// <summary>How old, from its publication, a message has to be before it is first sent.</summary>
    public required TimeSpan SendingDelay { get; init; }

    /// <summary>What is delivered one after the other. It counts for messages that come from now on.</summary>
    public DeliveryOrder Order { get; init; }

    /// <summary>Attempts a second.</summary>
    public required double Rate { get; init; }

    /// <summary>Messages that may be unsettled at once.</summary>
    public required int Window { get; init; }

    /// <summary>Whether a 4xx answer is tried again.</summary>
    public required bool RetryClientErrors { get; init; }

    /// <summary>The most attempts that a message, or a batch, gets.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>Where discarded messages are kept; null: nowhere.</summary>
    public DeadLetterExtensions? DeadLetter { get; init; }

    /// <summary>How messages become batches; null: each has a request of its own.</summary>
    public BatchPlan? Batch { get; init; }
}
