using System.Diagnostics;
using Hermes.Delivery.Batches;
using Hermes.Delivery.Sending;

namespace Hermes.Delivery.Telemetry;

/// <summary>The span of one attempt: it continues the publisher's trace, where that came along as metadata.</summary>
internal static class DeliveryTrace
{
    public const string Parent = "traceparent";
    private const string State = "tracestate";

    public static Activity? Start(DeliveryPlan plan, Parcel parcel)
    {
        var message = parcel.Message;
        var activity = DeliveryMetrics.Source.StartActivity(ActivityKind.Client, Publisher(message), name: $"deliver {plan.Topic}");
        if (activity is not { IsAllDataRequested: true }) return activity;
        activity.SetTag("messaging.system", "kafka");
        activity.SetTag("messaging.operation.type", "process");
        activity.SetTag("hermes.subscription", plan.Name);
        activity.SetTag("messaging.destination.name", message.KafkaTopic);
        activity.SetTag("messaging.destination.partition.id", message.Partition);
        activity.SetTag("messaging.kafka.offset", message.Offset);
        activity.SetTag("messaging.message.id", message.Id);
        activity.SetTag("hermes.retry_count", parcel.Attempts);
        activity.SetTag("server.address", plan.Endpoint.Fixed?.Host);
        return activity;
    }

    /// <summary>Many publishers have one batch: it is linked to each, and continues none.</summary>
    public static Activity? Start(DeliveryPlan plan, Batch batch)
    {
        var links = batch.Parcels.Select(static parcel => Publisher(parcel.Message)).Where(static publisher => publisher != default).Select(static publisher => new ActivityLink(publisher));
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

    /// <summary>The publisher's headers with the context of our span in the place of theirs.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Continue(IReadOnlyList<KeyValuePair<string, string>> metadata, Activity span)
    {
        var headers = new List<KeyValuePair<string, string>>(metadata.Count + 2);
        foreach (var header in metadata)
            if (!Is(header.Key, Parent) && !Is(header.Key, State))
                headers.Add(header);
        headers.Add(new(Parent, span.Id!));
        if (!string.IsNullOrEmpty(span.TraceStateString)) headers.Add(new(State, span.TraceStateString));
        return headers;
    }

    private static ActivityContext Publisher(Message message)
    {
        string? parent = null, state = null;
        foreach (var (name, value) in message.ExternalMetadata)
        {
            if (Is(name, Parent)) parent = value;
            else if (Is(name, State)) state = value;
        }

        return parent is not null && ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default;
    }

    private static bool Is(string name, string header) => string.Equals(name, header, StringComparison.OrdinalIgnoreCase);
}
