using Hermes.Delivery.Tests.Recorded;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.Batches;

/// <summary>The headers of batch requests, from the subscription's document on.</summary>
public sealed class BatchHeaders : IAsyncLifetime
{
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Credentials_metadata_and_the_headers_of_single_messages_are_not_sent()
    {
        Open(new() { TopicName = "bench.rec", Name = "b", Endpoint = $"http://user:secret@{_rig.Endpoint.Authority}/x" })
            .TryAccept(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>("X-Trace", "t")));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal("/x", request.Target);
        Assert.Equal(["Content-Length", "Content-Type", "Hermes-Batch-Id", "Hermes-Retry-Count", "Host"], Names(request));
        Assert.Equal("application/json", request.Header("Content-Type"));
    }

    [Fact]
    public async Task The_subscriptions_own_headers_replace_those_of_the_contract()
    {
        Open(new()
        {
            TopicName = "bench.rec",
            Name = "b",
            Endpoint = _rig.Endpoint.Address,
            SubscriptionIdentityHeadersEnabled = true,
            Headers =
            [
                new() { Name = "content-type", Value = "application/x-batch" },
                new() { Name = "Hermes-Topic-Name", Value = "other" },
                new() { Name = "hermes-batch-id", Value = "mine" },
                new() { Name = "Authorization", Value = "Bearer t" },
            ],
        }).TryAccept(DeliveryRig.Message(1));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal("application/x-batch", request.Header("Content-Type"));
        Assert.Equal("other", request.Header("Hermes-Topic-Name"));
        Assert.Equal("b", request.Header("Hermes-Subscription-Name"));
        Assert.Equal("mine", request.Header("Hermes-Batch-Id"));
        Assert.Equal("Bearer t", request.Header("Authorization"));
    }

    [Fact]
    public void What_a_document_leaves_out_has_the_defaults_of_Hermes()
    {
        var plan = DeliveryPlanCompiler.TryCompile(
            new() { TopicName = "bench.rec", Name = "b", Endpoint = "http://host/", DeliveryType = DeliveryTypes.Batch }, Recording.Topic, new(), out _)!;
        Assert.Equal(100, plan.Batch!.Size);
        Assert.Equal(TimeSpan.FromSeconds(30), plan.Batch.Time);
        Assert.Equal(64_000, plan.Batch.Volume);
        Assert.False(plan.Batch.Split);
        Assert.Equal(TimeSpan.FromSeconds(30), plan.AttemptTimeout);
        Assert.Equal(new(TimeSpan.FromMilliseconds(500), 1, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(60)), plan.Backoff);
        Assert.False(plan.RetryClientErrors);
    }

    private ISubscriptionDelivery Open(SubscriptionDocument document)
    {
        var topic = TopicName.Parse(document.TopicName);
        return _rig.Engine.Open(
            new RegisteredSubscription(new SubscriptionName(topic, document.Name),
                document with { DeliveryType = DeliveryTypes.Batch, SubscriptionPolicy = new() { BatchSize = 1 } }, 1, DateTimeOffset.UnixEpoch, 0),
            new RegisteredTopic(topic, Recording.Topic, 1, DateTimeOffset.UnixEpoch, 0), _rig.Settlements, () => { });
    }

    private static string[] Names(Testing.Http.ReceivedRequest request) => [.. request.Headers.Select(header => header.Key).Order(StringComparer.Ordinal)];
}
