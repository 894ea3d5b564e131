using System.Diagnostics;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Telemetry;

namespace Hermes.Delivery.Sending;

/// <summary>Makes the request of one attempt: the headers of Hermes's delivery contract over the message's bytes.</summary>
internal static class RequestBuilder
{
    private const string Json = "application/json";
    private const string Avro = "avro/binary";

    /// <param name="plan">What the subscription asks for.</param>
    /// <param name="message">What goes to it.</param>
    /// <param name="attempts">Attempts already made.</param>
    /// <param name="target">Which of several addresses it goes to; null: the plan's endpoint.</param>
    /// <param name="trace">The span whose context goes along, in the place of the publisher's; null: the publisher's headers go as they are.</param>
    /// <param name="request">The request, when there is no fault.</param>
    /// <returns>Why no request can be made of this message, in which case the attempt counts as failed; null when one can.</returns>
    public static string? TryBuild(DeliveryPlan plan, Message message, int attempts, Target? target, Activity? trace, out SendRequest request)
    {
        request = default;
        if ((target?.Address ?? plan.Endpoint.Fixed ?? Resolve(plan, message)) is not { } address) return "the address has a place that the message does not fill";
        var block = plan.Headers;
        // External metadata replaces nothing: a name that is there twice makes the request impossible, as in Hermes.
        var metadata = trace is null || block.Takes(DeliveryTrace.Parent) ? message.ExternalMetadata : DeliveryTrace.Continue(message.ExternalMetadata, trace);
        if ((block.Fault ?? block.FaultOf(metadata)) is { } fault) return fault;
        IReadOnlyList<KeyValuePair<string, string>> own = message.IsAvro ? message.Schema!.Headers : [];
        if (Taken(own, block.Headers, metadata) is { } taken) return HeaderBlock.Impossible(taken);
        if (!HeaderText.IsValue(message.Id)) return HeaderBlock.Impossible("Hermes-Message-Id");
        request = new SendRequest
        {
            Address = address,
            Host = target?.Host,
            Protocol = plan.Protocol,
            ContentType = message.IsAvro ? Avro : Json,
            Fixed = block,
            Metadata = metadata,
            MessageId = message.Id,
            Attempts = attempts,
            Own = own,
            Body = message.Body,
        };
        return null;
    }

    // The schema's headers are not in the block: only a body of Avro has them.
    private static string? Taken(
        IReadOnlyList<KeyValuePair<string, string>> own, IReadOnlyList<KeyValuePair<string, string>> block, IReadOnlyList<KeyValuePair<string, string>> metadata)
    {
        foreach (var (name, _) in own)
            if (block.Concat(metadata).Any(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase)))
                return name;
        return null;
    }

    private static Uri? Resolve(DeliveryPlan plan, Message message)
    {
        try
        {
            return plan.Endpoint.Template?.Resolve(message.Body);
        }
        catch (Exception)
        {
            return null; // a body that is not JSON fills no place
        }
    }
}
