using System.Text.Json;
using Hermes.Delivery.Batches;
using Hermes.Delivery.Filtering;
using Hermes.Delivery.Retries;
using Hermes.Delivery.Sending;
using Hermes.Testing;
using Hermes.Testing.Http;

namespace Hermes.Delivery.Tests.Batches;

/// <summary>Batches over <see cref="DeliveryRig"/>.</summary>
internal static class BatchRig
{
    public static BatchDelivery OpenBatches(this DeliveryRig rig, DeliveryPlan plan) => (BatchDelivery)rig.OpenAny(plan);

    /// <summary>A plan for the rig's endpoint: small batches, a long time to wait.</summary>
    public static DeliveryPlan BatchPlan(
        this DeliveryRig rig, int size = 3, int seconds = 1000, int volume = 64_000, bool split = false, BackoffPolicy? backoff = null,
        bool retryClientErrors = false, FilterSet? filters = null, TimeSpan? timeout = null, double rate = double.PositiveInfinity, int milliseconds = 0,
        IReadOnlyList<string>? signing = null)
    {
        var serial = rig.Plan("batch", backoff: backoff ?? DeliveryRig.Backoff(20), retryClientErrors: retryClientErrors, filters: filters, timeout: timeout, rate: rate);
        return new DeliveryPlan
        {
            Name = serial.Name,
            Topic = serial.Topic,
            Endpoint = serial.Endpoint,
            FixedHeaders = [],
            Filters = serial.Filters,
            Backoff = serial.Backoff,
            AttemptTimeout = serial.AttemptTimeout,
            SendingDelay = TimeSpan.Zero,
            Rate = rate,
            Window = size,
            RetryClientErrors = retryClientErrors,
            Signing = signing,
            Batch = new BatchPlan
            {
                Size = size,
                Time = milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.FromSeconds(seconds),
                Volume = volume,
                Split = split,
                ContentType = "application/json",
                Headers = new HeaderBlock([]),
                SendsId = true,
            },
        };
    }

    public static Task AcceptAsync(this BatchDelivery delivery, params IEnumerable<int> numbers) =>
        delivery.AcceptAsync(numbers.Select(number => DeliveryRig.Message(number)));

    /// <summary>As an intake does it: what is refused is offered again.</summary>
    public static async Task AcceptAsync(this BatchDelivery delivery, IEnumerable<Message> messages)
    {
        foreach (var message in messages)
            await Until.TrueAsync(() => delivery.TryAccept(message), $"there is room for message {message.Offset}");
    }

    /// <summary>The numbers of the messages in a batch request.</summary>
    public static IReadOnlyList<int> Numbers(this ReceivedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        return [.. body.RootElement.EnumerateArray().Select(element => element.GetProperty("message").GetProperty("id").GetInt32())];
    }

    public static string BatchId(this ReceivedRequest request) => request.Header("Hermes-Batch-Id")!;
}
