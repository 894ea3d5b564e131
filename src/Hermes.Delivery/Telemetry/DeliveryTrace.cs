using System.Diagnostics;
using Hermes.Delivery.Batches;
using Hermes.Delivery.Sending;

namespace Hermes.Delivery.Telemetry;

/// <summary>The span of one attempt; linked to the publisher's context where that came along as metadata.</summary>
internal static class DeliveryTrace
{
    public static Activity? Start(DeliveryPlan plan, Parcel parcel)
    {
        var message = parcel.Message;
        var activity = DeliveryMetrics.Source.StartActivity(ActivityKind.Client, parentContext: default, links: Publisher(message), name: $"deliver {plan.Topic}");
        if (activity is not { IsAllDataRequested: true }) return activity;
        activity.SetTag("hermes.subscription", plan.Name);
        activity.SetTag("messaging.destination.name", message.KafkaTopic);
        activity.SetTag("messaging.destination.partition.id", message.Partition);
        activity.SetTag("messaging.kafka.offset", message.Offset);
        activity.SetTag("messaging.message.id", message.Id);
        activity.SetTag("hermes.retry_count", parcel.Attempts);
        activity.SetTag("server.address", plan.Endpoint.Fixed?.Host);
        return activity;
    }

    public static Activity? Start(DeliveryPlan plan, Batch batch)
    {
        var links = batch.Parcels.SelectMany(static parcel => Publisher(parcel.Message) ?? []);
        var activity = DeliveryMetrics.Source.StartActivity(ActivityKind.Client, parentContext: default, links: links, name: $"deliver {plan.Topic}");
        if (activity is not { IsAllDataRequested: true }) return activity;
        activity.SetTag("hermes.subscription", plan.Name);
        activity.SetTag("hermes.batch_id", batch.Id);
        activity.SetTag("messaging.batch.message_count", batch.Parcels.Count);
        activity.SetTag("hermes.retry_count", batch.Attempts);
        activity.SetTag("server.address", plan.Endpoint.Fixed?.Host);
        return activity;
    }

    public static void End(Activity? activity, Outcome outcome)
    {
        if (activity is null) return;
        if (outcome.Status != 0) activity.SetTag("http.response.status_code", outcome.Status);
        if (outcome.Verdict is not Verdict.Delivered) activity.SetStatus(ActivityStatusCode.Error, outcome.Reason);
        activity.Dispose();
    }

    private static ActivityLink[]? Publisher(Message message)
    {
        foreach (var (name, value) in message.ExternalMetadata)
            if (string.Equals(name, "traceparent", StringComparison.OrdinalIgnoreCase) && ActivityContext.TryParse(value, traceState: null, out var context))
                return [new ActivityLink(context)];
        return null;
    }
}
