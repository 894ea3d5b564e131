using Hermes.Delivery.Filtering;
using Hermes.Shared.Avro;
using Hermes.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>The requests that a real endpoint gets.</summary>
public sealed class DeliveryRequests : IAsyncLifetime
{
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task The_body_arrives_byte_for_byte_with_its_length()
    {
        const string Body = """{"id":4,"t":"żółć"}""";
        _rig.Open(_rig.Plan()).TryAccept(DeliveryRig.Message(4, Body));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal(Body, request.Text);
        Assert.Equal("23", request.Header("Content-Length"));
        Assert.Null(request.Header("Transfer-Encoding"));
    }

    [Fact]
    public async Task Metadata_of_the_publisher_becomes_headers()
    {
        _rig.Open(_rig.Plan()).TryAccept(DeliveryRig.Message(1, metadata: [new("X-Trace", "a;b=c"), new("Content-Language", "pl"), new("X-City", "Łódź")]));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal("a;b=c", request.Header("X-Trace"));
        Assert.Equal("pl", request.Header("Content-Language"));
        Assert.Equal("Łódź", request.Header("X-City"));
    }

    [Fact]
    public async Task Avro_goes_out_as_it_is_with_its_schema()
    {
        _rig.Open(_rig.Plan()).TryAccept(Avro([new("trace", "t")]));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal([14], request.Body);
        Assert.Equal(("avro/binary", "3", "77", "t"),
            (request.Header("Content-Type"), request.Header("Schema-Version"), request.Header("Schema-Id"), request.Header("trace")));
    }

    [Fact]
    public async Task A_schema_told_twice_fails_the_attempt()
    {
        _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(Avro([new("schema-id", "1")]));
        Assert.Contains("Schema-Id", (await _rig.Settlements.WhenAsync(1))[0].Settlement.Reason!, StringComparison.Ordinal);
        Assert.Empty(_rig.Endpoint.Requests);
    }

    private static Message Avro(KeyValuePair<string, string>[] metadata) => new()
    {
        Id = "m",
        KafkaTopic = "t",
        Partition = 0,
        Offset = 0,
        Epoch = 0,
        PublishedMs = 0,
        ExternalMetadata = metadata,
        Body = new byte[] { 14 },
        Avro = new byte[] { 14 },
        IsAvro = true,
        Schema = new(AvroSchema.Parse("\"int\""), 3, 77),
    };

    [Theory]
    [InlineData("Hermes-Message-Id", "x")]
    [InlineData("hermes-retry-count", "x")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("X-Team", "x")]
    [InlineData("X Bad", "x")]
    [InlineData("X-Split", "a\r\nInjected: b")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "close")]
    public async Task A_header_that_is_taken_or_impossible_fails_the_attempt(string name, string value)
    {
        var plan = _rig.Plan(headers: [new("X-Team", "a b")], backoff: DeliveryRig.Backoff(1, ttlSeconds: 0));
        _rig.Open(plan).TryAccept(DeliveryRig.Message(1, metadata: new KeyValuePair<string, string>(name, value)));
        var (_, settlement) = (await _rig.Settlements.WhenAsync(1))[0];
        Assert.Equal(SettlementKind.Discarded, settlement.Kind);
        Assert.Contains(name, settlement.Reason!, StringComparison.Ordinal);
        Assert.Empty(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task An_id_of_two_lines_is_no_header()
    {
        var message = new Message { Id = "a\r\nInjected: b", KafkaTopic = "t", Partition = 0, Offset = 0, Epoch = 0, PublishedMs = 0, Body = "{}"u8.ToArray() };
        _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(message);
        Assert.Contains("Hermes-Message-Id", (await _rig.Settlements.WhenAsync(1))[0].Settlement.Reason!, StringComparison.Ordinal);
        Assert.Empty(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task A_place_that_the_message_does_not_fill_fails_the_attempt()
    {
        _rig.Open(_rig.Plan("tmpl/{id}", backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(DeliveryRig.Message(1, "not json"));
        Assert.Equal(SettlementKind.Discarded, (await _rig.Settlements.WhenAsync(1))[0].Settlement.Kind);
        Assert.Empty(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task What_a_filter_leaves_out_is_settled_unsent()
    {
        var filters = new FilterSet([new JsonPathFilter(JsonSelector.Parse("$.id"), new Matcher("^[24]$"), any: false)]);
        var delivery = _rig.Open(_rig.Plan(filters: filters));
        for (var i = 1; i <= 5; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        var settled = await _rig.Settlements.WhenAsync(5);
        Assert.Equal([2, 4], settled.Where(end => end.Settlement == Settlement.Delivered).Select(end => end.Message.Offset).Order());
        Assert.Equal([1, 3, 5], settled.Where(end => end.Settlement == Settlement.Filtered).Select(end => end.Message.Offset).Order());
        Assert.Equal(2, _rig.Endpoint.Requests.Count);
    }

    [Fact]
    public async Task Connections_are_reused()
    {
        var delivery = _rig.Open(_rig.Plan(window: 4));
        for (var i = 0; i < 200; i++)
        {
            await Until.TrueAsync(() => delivery.Unsettled < 4, "there is room");
            delivery.TryAccept(DeliveryRig.Message(i));
        }

        await _rig.Settlements.WhenAsync(200);
        Assert.InRange(_rig.Endpoint.Connections, 1, 5);
    }

    [Fact]
    public async Task Secrets_never_reach_the_log()
    {
        _rig.Endpoint.Script(503, 400);
        var address = _rig.Endpoint.Address.Replace("http://", "http://user:topsecret@", StringComparison.Ordinal) + "x?token=alsosecret";
        var plan = _rig.Plan(address: address);
        var delivery = _rig.Open(plan);
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Settlements.WhenAsync(1);
        await delivery.DisposeAsync();
        var lines = _rig.Log.GetSnapshot();
        Assert.NotEmpty(lines);
        Assert.DoesNotContain(lines, line => line.Message.Contains("secret", StringComparison.Ordinal));
    }
}
