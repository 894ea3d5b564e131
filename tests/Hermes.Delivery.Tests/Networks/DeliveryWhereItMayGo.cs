using System.Globalization;
using Hermes.Testing;
using Hermes.Testing.Http;

namespace Hermes.Delivery.Tests.Networks;

/// <summary>The policy of networks at the moment of the connection: a real endpoint, and names that resolve as an attacker would have them.</summary>
public sealed class DeliveryWhereItMayGo
{
    private readonly HostileNames _names = new();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("evil.example")]
    public async Task Loopback_is_refused_under_any_name_unless_a_setting_allows_it(string host)
    {
        _names.Say("evil.example", "127.0.0.1");
        await using var rig = await DeliveryRig.StartAsync(options: new DeliveryOptions(), names: _names, allowLoopback: false);
        rig.Open(rig.Plan(address: At(rig, host), backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(DeliveryRig.Message(1));
        var (_, end) = (await rig.Settlements.WhenAsync(1))[0];
        Assert.Equal(SettlementKind.Discarded, end.Kind);
        Assert.Contains("refused: loopback addresses are delivered to only with Delivery:AllowLoopback=true", end.Reason!, StringComparison.Ordinal);
        Assert.Equal(0, rig.Endpoint.Connections);
        Assert.Contains(rig.Log.GetSnapshot(), line => line.Message.Contains("Delivery:AllowLoopback", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_address_is_tried_again_while_the_message_lives()
    {
        _names.Say("moving.example", "169.254.169.254").Say("moving.example", "127.0.0.1");
        await using var rig = await DeliveryRig.StartAsync(names: _names);
        rig.Open(rig.Plan(address: At(rig, "moving.example"))).TryAccept(DeliveryRig.Message(1));
        var request = (await rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal("1", request.Header("Hermes-Retry-Count"));
    }

    [Fact]
    public async Task A_name_that_turns_bad_after_the_check_leads_nowhere()
    {
        // Rebinding: good at the first look, bad at every later one. Each connection looks once, and goes where it looked.
        _names.Say("rebinding.example", "127.0.0.1").Say("rebinding.example", "169.254.169.254");
        await using var rig = await DeliveryRig.StartAsync(names: _names, options: new DeliveryOptions { ConnectionLifetime = TimeSpan.FromMilliseconds(1) });
        var delivery = rig.Open(rig.Plan(address: At(rig, "rebinding.example"), backoff: DeliveryRig.Backoff(1, ttlSeconds: 0)));
        delivery.TryAccept(DeliveryRig.Message(1));
        Assert.Equal(SettlementKind.Delivered, (await rig.Settlements.WhenAsync(1))[0].Settlement.Kind);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken); // longer than a connection lives
        delivery.TryAccept(DeliveryRig.Message(2));
        var end = (await rig.Settlements.WhenAsync(2))[1].Settlement;
        Assert.Contains("169.254.169.254 of rebinding.example is refused: link-local", end.Reason!, StringComparison.Ordinal);
        Assert.Equal(2, _names.Asked);
    }

    [Fact]
    public async Task Of_several_addresses_those_that_are_allowed_are_tried()
    {
        _names.Say("mixed.example", "169.254.169.254", "fe80::1", "127.0.0.1");
        await using var rig = await DeliveryRig.StartAsync(names: _names);
        rig.Open(rig.Plan(address: At(rig, "mixed.example"))).TryAccept(DeliveryRig.Message(1));
        Assert.Equal(SettlementKind.Delivered, (await rig.Settlements.WhenAsync(1))[0].Settlement.Kind);
        Assert.Single(rig.Endpoint.Requests);
    }

    [Fact]
    public async Task An_address_that_does_not_answer_gives_way_to_the_next()
    {
        _names.Say("half.example", "127.0.0.99", "127.0.0.1"); // nobody listens at the first
        await using var rig = await DeliveryRig.StartAsync(names: _names);
        rig.Open(rig.Plan(address: At(rig, "half.example"))).TryAccept(DeliveryRig.Message(1));
        var request = (await rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal("0", request.Header("Hermes-Retry-Count"));
        Assert.Equal(At(rig, "half.example")[7..^1], request.Header("Host"));
    }

    [Fact]
    public async Task A_host_that_hangs_and_a_name_that_never_resolves_starve_no_other()
    {
        _names.Say("never.example", "127.0.0.1");
        await using var slow = await HttpEndpoint.StartAsync();
        slow.Hold();
        await using var rig = await DeliveryRig.StartAsync(names: _names, options: new DeliveryOptions { MaxConnectionsPerServer = 2 });
        var hanging = rig.Open(rig.Plan(address: slow.Address, timeout: TimeSpan.FromMinutes(1)));
        var unresolved = rig.Open(rig.Plan(address: At(rig, "never.example"), timeout: TimeSpan.FromMinutes(1)));
        for (var i = 0; i < 100; i++)
        {
            hanging.TryAccept(DeliveryRig.Message(i));
            unresolved.TryAccept(DeliveryRig.Message(i));
        }

        await slow.WhenReceivedAsync(2);
        var healthy = rig.Open(rig.Plan(window: 10));
        for (var i = 0; i < 500; i++)
        {
            await Until.TrueAsync(() => healthy.Unsettled < 10, "there is room");
            healthy.TryAccept(DeliveryRig.Message(i));
        }

        await rig.Settlements.WhenAsync(500);
        Assert.Equal(2, slow.Connections); // its own limit, and 98 that wait for it
        Assert.Equal(2, slow.Requests.Count);
    }

    private static string At(DeliveryRig rig, string host) =>
        string.Create(CultureInfo.InvariantCulture, $"http://{host}:{new Uri(rig.Endpoint.Address).Port}/");
}
