using System.Globalization;
using System.Net;
using Hermes.Delivery.Endpoints;
using Hermes.Delivery.Tests.Networks;
using Hermes.Testing.Http;

namespace Hermes.Delivery.Tests;

/// <summary>One message to several real endpoints.</summary>
public sealed class BroadcastDelivery : IAsyncLifetime
{
    private readonly HostileNames _names = new();
    private HttpEndpoint _a = null!;
    private HttpEndpoint _b = null!;
    private HttpEndpoint _c = null!;
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        (_a, _b, _c) = (await HttpEndpoint.StartAsync(), await HttpEndpoint.StartAsync(), await HttpEndpoint.StartAsync());
        _rig = await DeliveryRig.StartAsync(names: _names);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _c.DisposeAsync();
    }

    [Fact]
    public async Task Each_target_gets_the_message_and_only_those_that_failed_get_it_again()
    {
        _b.Script(503, 500);
        _rig.Open(_rig.Plan(broadcast: To(_a, _b, _c))).TryAccept(DeliveryRig.Message(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
        Assert.Equal((1, 3, 1), (_a.Requests.Count, _b.Requests.Count, _c.Requests.Count));
        Assert.Equal(["0", "1", "2"], _b.Requests.Select(request => request.Header("Hermes-Retry-Count")));
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("1 of 3 targets failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_that_refuses_for_good_is_not_asked_again_and_makes_the_whole_a_discard()
    {
        _a.Script(400);
        _b.Script(503);
        _rig.Open(_rig.Plan(broadcast: To(_a, _b, _c))).TryAccept(DeliveryRig.Message(1));
        var end = (await _rig.Settlements.WhenAsync(1))[0].Settlement;
        Assert.Equal(SettlementKind.Discarded, end.Kind);
        Assert.Contains($"status 400 from {_a.Address}", end.Reason!, StringComparison.Ordinal);
        Assert.Equal((1, 2, 1), (_a.Requests.Count, _b.Requests.Count, _c.Requests.Count));
    }

    [Fact]
    public async Task What_some_have_taken_is_remembered_although_another_hangs()
    {
        _b.Script(ScriptedAnswer.Never);
        _rig.Open(_rig.Plan(broadcast: To(_a, _b), timeout: TimeSpan.FromSeconds(1))).TryAccept(DeliveryRig.Message(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
        Assert.Equal((1, 2), (_a.Requests.Count, _b.Requests.Count));
    }

    [Fact]
    public async Task Who_took_a_message_is_told_while_others_have_not_and_the_next_owner_leaves_it_out()
    {
        _b.Script(503, 503);
        _c.Script(400);
        _rig.Open(_rig.Plan(broadcast: To(_a, _b, _c))).TryAccept(DeliveryRig.Message(1));
        await _rig.Settlements.WhenAsync(1);
        // Once, and neither the one that refused it nor the last, by which it was settled.
        var (message, mark) = Assert.Single(_rig.Settlements.Reached);
        Assert.Equal((1L, new Target(new(_a.Address), Host: null).Mark), (message.Offset, mark));

        _rig.Open(_rig.Plan(broadcast: To(_a, _b))).TryAccept(Again(2, mark));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(2))[1].Settlement);
        Assert.Equal((1, 4), (_a.Requests.Count, _b.Requests.Count));
        _rig.Open(_rig.Plan(broadcast: To(_a))).TryAccept(Again(3, mark)); // the other has left the list
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(3))[2].Settlement);
        Assert.Single(_a.Requests);
    }

    [Fact]
    public async Task The_smallest_pause_that_a_target_asks_for_counts()
    {
        _a.Script(ScriptedAnswer.RetryAfter(503, "3000"));
        _b.Script(ScriptedAnswer.RetryAfter(503, "1"));
        _rig.Open(_rig.Plan(broadcast: To(_a, _b))).TryAccept(DeliveryRig.Message(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
    }

    [Fact]
    public async Task No_target_at_all_is_a_failure()
    {
        _rig.Open(_rig.Plan(broadcast: To(), backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(DeliveryRig.Message(1));
        Assert.Contains("no address", (await _rig.Settlements.WhenAsync(1))[0].Settlement.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_allowed_address_of_a_host_gets_the_message_under_the_hosts_name()
    {
        await using var everywhere = await HttpEndpoint.StartAsync(new() { Address = IPAddress.Any });
        var port = new Uri(everywhere.Address).Port.ToString(CultureInfo.InvariantCulture);
        _names.Say("many.example", "127.0.0.1", "127.0.0.2", "169.254.169.254", "127.0.0.3");
        Assert.True(EndpointAddress.TryParse($"http://many.example:{port}/x?key=1", templated: false, out var endpoint, out _));
        var broadcast = new BroadcastList([endpoint!], everyAddress: true);
        everywhere.Script(503);
        _rig.Open(_rig.Plan(address: endpoint!.Address, broadcast: broadcast)).TryAccept(DeliveryRig.Message(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
        Assert.Equal(4, everywhere.Requests.Count);
        Assert.All(everywhere.Requests, request => Assert.Equal($"many.example:{port}", request.Header("Host")));
        Assert.All(everywhere.Requests, request => Assert.Equal("/x?key=1", request.Target));
        Assert.Single(everywhere.Requests, request => request.Header("Hermes-Retry-Count") is "1");
    }

    [Fact]
    public async Task Slow_attempts_are_named_where_that_is_asked_for()
    {
        _rig.Open(_rig.Plan(broadcast: To(_a), slowFrom: TimeSpan.Zero)).TryAccept(DeliveryRig.Message(1));
        await _rig.Settlements.WhenAsync(1);
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("attempt 1 of message id-1 at", StringComparison.Ordinal));
    }

    /// <summary>A message that a target took from an earlier owner.</summary>
    private static Message Again(int number, ulong target) => new()
    {
        Id = $"id-{number}",
        KafkaTopic = "bench.rec",
        Partition = 0,
        Offset = number,
        Epoch = 0,
        PublishedMs = 0,
        Body = "{}"u8.ToArray(),
        ReachedBefore = [target],
    };

    private static BroadcastList To(params HttpEndpoint[] endpoints) => new(
    [
        .. endpoints.Select(endpoint => EndpointAddress.TryParse(endpoint.Address, templated: false, out var address, out var fault)
            ? address! : throw new InvalidOperationException(fault)),
    ], everyAddress: false);
}
