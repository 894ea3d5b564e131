using System.Text.Json;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.Tests.Recorded;

/// <summary>The subscriptions of the recording, as their nodes hold them, served by us: a real endpoint gets the recorded requests.</summary>
public sealed class RequestsAsHermesSendsThem : IAsyncLifetime
{
    /// <summary>Of the HTTP library and the machine, no part of the contract.</summary>
    private static readonly string[] NotCompared = ["Accept-Encoding", "User-Agent", "Host"];
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("plain")]
    [InlineData("basic")]
    [InlineData("tmpl")]
    [InlineData("client400")]
    [InlineData("retryafter")]
    [InlineData("fail503")]
    public async Task The_first_attempt_of_each_kind_is_the_recorded_one(string subscription)
    {
        var recorded = Recording.Requests.First(request => request.Path.Split('/')[1] == subscription && request.Header("Hermes-Retry-Count") is "0");
        Open(subscription).TryAccept(Message(recorded));
        Compare(recorded, (await _rig.Endpoint.WhenReceivedAsync(1))[0]);
    }

    [Fact]
    public async Task The_attempt_after_a_503_is_the_recorded_one()
    {
        var recorded = Recording.Requests.First(request => request.Path is "/fail503" && request.Header("Hermes-Retry-Count") is "1");
        _rig.Endpoint.Script(503);
        Open("fail503").TryAccept(Message(recorded));
        Compare(recorded, (await _rig.Endpoint.WhenReceivedAsync(2))[1]);
    }

    [Fact]
    public async Task A_batch_is_the_recorded_one_but_for_its_id()
    {
        var recorded = Recording.Requests.First(request => request.Path is "/batch");
        var delivery = Open("batch");
        using var body = JsonDocument.Parse(recorded.Body);
        foreach (var element in body.RootElement.EnumerateArray())
        {
            var metadata = element.GetProperty("metadata");
            delivery.TryAccept(new Message
            {
                Id = metadata.GetProperty("id").GetString()!,
                KafkaTopic = "bench.rec",
                Partition = 0,
                Offset = metadata.GetProperty("timestamp").GetInt64(),
                Epoch = 0,
                PublishedMs = metadata.GetProperty("timestamp").GetInt64(),
                Body = System.Text.Encoding.UTF8.GetBytes(element.GetProperty("message").GetRawText()),
            });
        }

        var sent = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.True(Guid.TryParseExact(sent.Header("Hermes-Batch-Id"), "D", out _));
        Compare(WithoutId(recorded), sent with { Headers = [.. sent.Headers.Where(header => header.Key != "Hermes-Batch-Id")] });

        static RecordedRequest WithoutId(RecordedRequest request) =>
            request with { Headers = [.. request.Headers.Where(header => header.Key != "Hermes-Batch-Id")] };
    }

    [Fact]
    public async Task The_recorded_filter_lets_through_what_it_let_through()
    {
        var delivery = Open("tmpl");
        for (var id = 1; id <= 5; id++) delivery.TryAccept(DeliveryRig.Message(id, $$"""{"id":{{id}},"t":"żółć"}"""));
        var settled = await _rig.Settlements.WhenAsync(5);
        Assert.Equal([2, 4], settled.Where(end => end.Settlement == Settlement.Delivered).Select(end => end.Message.Offset).Order());
        Assert.Equal(["/tmpl/2", "/tmpl/4"], _rig.Endpoint.Requests.Select(request => request.Target).Order(StringComparer.Ordinal));
    }

    private ISubscriptionDelivery Open(string name)
    {
        var document = Recording.Subscription(name);
        document = document with { Endpoint = document.Endpoint.Replace("127.0.0.1:9998", _rig.Endpoint.Authority, StringComparison.Ordinal) };
        Assert.Null(Support.Check(document, Recording.Topic));
        var topic = TopicName.Parse(document.TopicName);
        return _rig.Engine.Open(
            new RegisteredSubscription(new SubscriptionName(topic, name), document, 1, DateTimeOffset.UnixEpoch, 0),
            new RegisteredTopic(topic, Recording.Topic, 1, DateTimeOffset.UnixEpoch, 0), _rig.Settlements, () => { });
    }

    private static Message Message(RecordedRequest recorded) => new()
    {
        Id = recorded.Header("Hermes-Message-Id")!,
        KafkaTopic = "bench.rec",
        Partition = 0,
        Offset = 1,
        Epoch = 0,
        PublishedMs = 0,
        Body = System.Text.Encoding.UTF8.GetBytes(recorded.Body),
    };

    private static void Compare(RecordedRequest recorded, Testing.Http.ReceivedRequest sent)
    {
        Assert.Equal("POST", sent.Method);
        Assert.Equal(recorded.Path, sent.Target);
        Assert.Equal(recorded.Body, sent.Text);
        Assert.Equal(Comparable(recorded.Headers), Comparable(sent.Headers));
    }

    private static string[] Comparable(IReadOnlyList<KeyValuePair<string, string>> headers) =>
    [
        .. headers.Where(header => !NotCompared.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key.ToUpperInvariant()}: {header.Value}").Order(StringComparer.Ordinal),
    ];
}
