using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Sending;

namespace Hermes.Delivery.Telemetry;

/// <summary>Every instrument of this assembly, under the meter and the activity source <c>Hermes.Delivery</c>.</summary>
internal sealed class DeliveryMetrics
{
    public const string Name = "Hermes.Delivery";
    private const string Subscription = "hermes.subscription";
    private readonly Counter<long> _settled;
    private readonly Histogram<double> _attempts;
    private readonly Counter<long> _headOfLine;
    private readonly Counter<long> _refused;
    private readonly Histogram<int> _batches;

    public DeliveryMetrics(IMeterFactory meters, Func<IEnumerable<ISubscriptionDelivery>> open)
    {
        var meter = meters.Create(Name);
        _settled = meter.CreateCounter<long>("hermes.delivery.messages", "{message}", "Messages settled, by how they ended.");
        _attempts = meter.CreateHistogram<double>("hermes.delivery.attempt.duration", "s", "Time of one attempt, from its start to the answer.");
        _headOfLine = meter.CreateCounter<long>("hermes.delivery.head_of_line", "{message}", "Messages that held up the commits of their subscription.");
        _refused = meter.CreateCounter<long>("hermes.delivery.refused_addresses", "{address}", "Addresses of endpoints that were not connected to, by the rule that forbids them.");
        _batches = meter.CreateHistogram<int>("hermes.delivery.batch.messages", "{message}", "Messages in a batch, at its first attempt.");
        meter.CreateObservableGauge("hermes.delivery.unsettled",
            () => open().Select(one => new Measurement<long>(one.Unsettled, new KeyValuePair<string, object?>(Subscription, one.Name))),
            "{message}", "Messages accepted and not yet settled.");
        meter.CreateObservableGauge("hermes.delivery.resting",
            () => open().Select(one => new Measurement<long>(one.Resting, new KeyValuePair<string, object?>(Subscription, one.Name))),
            "{message}", "Of these, messages that wait for their next attempt.");
        meter.CreateObservableGauge("hermes.delivery.oldest.age",
            () => open().Select(one => new Measurement<double>(one.OldestAge.TotalSeconds, new KeyValuePair<string, object?>(Subscription, one.Name))),
            "s", "How long the oldest unsettled message has been here.");
        meter.CreateObservableGauge("hermes.delivery.rate",
            () => open().OfType<SubscriptionDelivery>().Select(one => new Measurement<double>(one.Rate, new KeyValuePair<string, object?>(Subscription, one.Name))),
            "{attempt}/s", "Attempts a second that are made at most, as its endpoint's answers and the fleet's share allow.");
        meter.CreateObservableGauge("hermes.delivery.mode",
            () => open().OfType<SubscriptionDelivery>().Select(one => new Measurement<int>((int)one.Mode, new KeyValuePair<string, object?>(Subscription, one.Name))),
            null, "The mode of its pace: 0 is NORMAL, 1 SLOW, 2 HEARTBEAT.");
    }

    public static ActivitySource Source { get; } = new(Name);

    public void Settled(DeliveryPlan plan, SettlementKind kind) => _settled.Add(1, new(Subscription, plan.Name), new("hermes.outcome", kind switch
    {
        SettlementKind.Delivered => "delivered",
        SettlementKind.Filtered => "filtered",
        _ => "discarded",
    }));

    public void Attempted(DeliveryPlan plan, Outcome outcome, TimeSpan took)
    {
        if (!_attempts.Enabled) return;
        var tags = new TagList { { Subscription, plan.Name } };
        if (outcome.Status != 0) tags.Add("http.response.status_code", outcome.Status);
        else tags.Add("error.type", outcome.Fault);
        _attempts.Record(took.TotalSeconds, tags);
    }

    public void Refused(Refusal refusal) => _refused.Add(1, new KeyValuePair<string, object?>("hermes.rule", refusal.Rule));

    public void Batched(DeliveryPlan plan, int messages) => _batches.Record(messages, new KeyValuePair<string, object?>(Subscription, plan.Name));

    public void HeadOfLine(DeliveryPlan plan) => _headOfLine.Add(1, new KeyValuePair<string, object?>(Subscription, plan.Name));
}
