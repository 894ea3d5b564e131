using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hermes.Delivery.DeadLetters;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Sending;
using Hermes.Shared.Telemetry;

namespace Hermes.Delivery.Telemetry;

/// <summary>Every instrument of this assembly: ours under the meter and the activity source <c>Hermes.Delivery</c>, and beside them
/// those of Hermes under its own names.</summary>
/// <remarks>What counts messages is kept by subscription and told when it is asked for; only durations are measured one by one.</remarks>
internal sealed class DeliveryMetrics
{
    public const string Name = "Hermes.Delivery";
    private readonly ConcurrentDictionary<string, SubscriptionMeter> _meters = new(StringComparer.Ordinal);
    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _process;
    private readonly Histogram<double> _latency;
    private readonly Histogram<double> _inflightTime;
    private readonly Counter<long> _filterFailures;
    private readonly Counter<long> _headOfLine;
    private readonly Counter<long> _refused;
    private readonly Histogram<int> _batches;
    private readonly Histogram<double> _tokens;
    private readonly Counter<long> _letters;

    public DeliveryMetrics(IMeterFactory meters, Func<IEnumerable<ISubscriptionDelivery>> open, Func<IEnumerable<DeadLetterDelivery>> lettered, OpenConnections connections)
    {
        var meter = meters.Create(Name);
        meter.CreateObservableCounter("hermes.delivery.messages", () => _meters.Values.SelectMany(Ends), "{message}", "Messages settled, by how they ended.");
        meter.CreateObservableCounter("messaging.client.consumed.messages", () => Observe(m => m.Delivered, m => m.Process), "{message}", "Messages that an endpoint took.");
        _process = meter.CreateHistogram<double>("messaging.process.duration", "s", "Time to settle one message, from its acceptance on.");
        _attempts = meter.CreateHistogram<double>("hermes.delivery.attempt.duration", "s", "Time of one attempt, from its start to the answer.");
        _filterFailures = meter.CreateCounter<long>("hermes.delivery.filter.failures", "{message}", "Messages that a filter could not judge, and so filtered out.");
        _headOfLine = meter.CreateCounter<long>("hermes.delivery.head_of_line", "{message}", "Messages that held up the commits of their subscription.");
        _refused = meter.CreateCounter<long>("hermes.delivery.refused_addresses", "{address}", "Addresses of endpoints that were not connected to, by the rule that forbids them.");
        _batches = meter.CreateHistogram<int>("hermes.delivery.batch.messages", "{message}", "Messages in a batch, at its first attempt.");
        _tokens = meter.CreateHistogram<double>("hermes.oauth.token_request.duration", "s", "Time of one request for a token, by provider and how it ended.");
        meter.CreateObservableGauge("hermes.delivery.unsettled", () => open().Select(one => Of(one, one.Unsettled)), "{message}", "Messages accepted and not yet settled.");
        meter.CreateObservableGauge("hermes.delivery.resting", () => open().Select(one => Of(one, one.Resting)), "{message}", "Of these, messages that wait for their next attempt.");
        meter.CreateObservableGauge("hermes.delivery.connections",
            () => connections.All.Select(c => new Measurement<int>(c.Count, new("server.address", c.Host), new("server.port", c.Port))),
            "{connection}", "Open connections to endpoints.");
        _letters = meter.CreateCounter<long>("hermes.delivery.dead_letters", "{letter}", "Dead letters, by whether they could be written.");
        meter.CreateObservableGauge("hermes.delivery.dead_letters.held",
            () => lettered().Select(one => Of(one, one.Held)),
            "{message}", "Discarded messages that wait for their dead letter to be written.");
        meter.CreateObservableGauge("hermes.delivery.oldest.age",
            () => open().Select(one => Of(one, one.OldestAge.TotalSeconds)), "s", "How long the oldest unsettled message has been here.");
        meter.CreateObservableGauge("hermes.delivery.held", () => open().OfType<SubscriptionDelivery>().Select(one => Of(one, one.Bytes)),
            "By", "Bytes of the messages accepted and not yet settled.");
        meter.CreateObservableGauge("hermes.delivery.rate", () => open().OfType<SubscriptionDelivery>().Select(one => Of(one, one.Rate)),
            "{attempt}/s", "Attempts a second that are made at most, as its endpoint's answers and the fleet's share allow.");
        meter.CreateObservableGauge("hermes.delivery.mode", () => open().OfType<SubscriptionDelivery>().Select(one => Of(one, (long)one.Mode)),
            null, "The mode of its pace: 0 is NORMAL, 1 SLOW, 2 HEARTBEAT.");

        var hermes = meters.Create(HermesMeter.Name);
        void Count(string name, Func<SubscriptionMeter, long> value, string description) =>
            hermes.CreateObservableCounter($"subscription.{name}", () => Observe(value, m => m.Labels), null, description);
        Count("delivered", m => m.Delivered, "Messages that an endpoint took.");
        Count("discarded", m => m.Discarded, "Messages given up.");
        Count("filtered-out", m => m.Filtered, "Messages that a filter left out.");
        Count("retries", m => m.Retries, "Attempts that were not a message's first.");
        Count("failures", m => m.Failures, "Attempts that failed.");
        Count("timeouts", m => m.Timeouts, "Attempts that took too long.");
        Count("other-errors", m => m.OtherErrors, "Attempts without an answer for another reason.");
        Count("batches", m => m.Batches, "Batches that an endpoint took.");
        Count("throughput-bytes", m => m.Bytes, "Bytes of the messages that an endpoint took.");
        hermes.CreateObservableCounter("subscription.http-status-codes",
            () => _meters.Values.SelectMany(m => m.Statuses.Select(s => new Measurement<long>(s.Count, [.. m.Labels, new("status_code", s.Status)]))), null, "Answers, by HTTP status.");
        hermes.CreateObservableGauge("subscription.inflight",
            () => open().SelectMany(one => _meters.TryGetValue(one.Name, out var m) ? new[] { new Measurement<long>(one.Unsettled, m.Labels) } : []), null, "Messages accepted and not yet settled.");
        _latency = hermes.CreateHistogram<double>("subscription.latency", "s", "Time of one attempt.");
        _inflightTime = hermes.CreateHistogram<double>("subscription.inflight-time-seconds", "s", "Time from a message's acceptance to its delivery.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Settled(DeliveryPlan plan, SettlementKind kind, int bytes, TimeSpan stay)
    {
        var meter = Meter(plan);
        meter.Settled(kind, bytes);
        if (kind is SettlementKind.Filtered) return;
        _process.Record(stay.TotalSeconds, kind is SettlementKind.Delivered ? meter.Process : meter.ProcessDiscarded);
        if (kind is SettlementKind.Delivered) _inflightTime.Record(stay.TotalSeconds, meter.Labels);
    }

    public void TokenRequested(string provider, bool succeeded, TimeSpan took) =>
        _tokens.Record(took.TotalSeconds, new("hermes.oauth.provider", provider), new("hermes.outcome", succeeded ? "token" : "failed"));

    public void Refused(Refusal refusal) => _refused.Add(1, new KeyValuePair<string, object?>("hermes.rule", refusal.Rule));

    public void Batched(DeliveryPlan plan, int messages) => _batches.Record(messages, Meter(plan).Tags);

    public void Lettered(string subscription, bool isWritten) =>
        _letters.Add(1, new("hermes.subscription", subscription), new("hermes.outcome", isWritten ? "written" : "failed"));

    public void BatchDelivered(DeliveryPlan plan) => Meter(plan).BatchDelivered();

    public void Attempted(DeliveryPlan plan, Outcome outcome, TimeSpan took, bool isRetry)
    {
        var meter = Meter(plan);
        meter.Attempted(outcome, isRetry);
        if (_attempts.Enabled) _attempts.Record(took.TotalSeconds, meter.Of(outcome));
        _latency.Record(took.TotalSeconds, meter.Labels);
    }

    public void FilterFailed(DeliveryPlan plan, string type) => _filterFailures.Add(1, new("hermes.subscription", plan.Name), new("hermes.filter.type", type));

    public void HeadOfLine(DeliveryPlan plan) => _headOfLine.Add(1, Meter(plan).Tags);

    /// <summary>A subscription is delivered from now on: it is told of, with nothing counted yet.</summary>
    public void Opened(DeliveryPlan plan) => Meter(plan);

    /// <summary>A subscription is delivered no more: it is told of no more.</summary>
    public void Closed(string subscription) => _meters.TryRemove(subscription, out _);

    /// <summary>The counts of a subscription; the plan keeps them, so that a message need not look for them.</summary>
    private SubscriptionMeter Meter(DeliveryPlan plan) => plan.Meter ??= _meters.GetOrAdd(plan.Name, static (name, topic) => new(name, topic), plan.Topic);

    private static Measurement<long> Of(ISubscriptionDelivery one, long value) => new(value, new KeyValuePair<string, object?>("hermes.subscription", one.Name));

    private static Measurement<double> Of(ISubscriptionDelivery one, double value) => new(value, new KeyValuePair<string, object?>("hermes.subscription", one.Name));

    private IEnumerable<Measurement<long>> Observe(Func<SubscriptionMeter, long> value, Func<SubscriptionMeter, KeyValuePair<string, object?>[]> tags) =>
        _meters.Values.Select(m => new Measurement<long>(value(m), tags(m)));

    private static IEnumerable<Measurement<long>> Ends(SubscriptionMeter meter) =>
    [
        new(meter.Delivered, [.. meter.Tags, new("hermes.outcome", "delivered")]),
        new(meter.Filtered, [.. meter.Tags, new("hermes.outcome", "filtered")]),
        new(meter.Discarded, [.. meter.Tags, new("hermes.outcome", "discarded")]),
    ];
}
