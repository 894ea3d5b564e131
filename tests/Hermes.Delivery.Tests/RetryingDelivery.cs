using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>Failures of a real endpoint, with a clock that only the test moves: what is tried again, when, and for how long.</summary>
public sealed class RetryingDelivery : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_fails_twice_gets_the_message_a_third_time_with_the_count_of_attempts()
    {
        _rig.Endpoint.Script(503, 500, 200);
        var delivery = _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(200, multiplier: 2)));
        Assert.True(delivery.TryAccept(DeliveryRig.Message(1)));
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromMilliseconds(199));
        Assert.Equal(1, delivery.Resting);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        await _rig.Endpoint.WhenReceivedAsync(2);
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromMilliseconds(399));
        Assert.Equal(1, delivery.Resting);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        var settled = await _rig.Settlements.WhenAsync(1);
        Assert.Equal(SettlementKind.Delivered, settled[0].Settlement.Kind);
        Assert.Equal(["0", "1", "2"], _rig.Endpoint.Requests.Select(request => request.Header("Hermes-Retry-Count")));
    }

    [Fact]
    public async Task Gives_up_when_no_further_attempt_fits_into_the_time_to_live()
    {
        _rig.Endpoint.Answer = static _ => 500;
        var delivery = _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(1000, ttlSeconds: 3)));
        delivery.TryAccept(DeliveryRig.Message(1));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await _rig.Endpoint.WhenReceivedAsync(attempt);
            if (attempt == 3) break;
            await RestsAsync(delivery);
            _clock.Advance(TimeSpan.FromMilliseconds(1001));
        }

        var (_, settlement) = (await _rig.Settlements.WhenAsync(1))[0];
        Assert.Equal(SettlementKind.Discarded, settlement.Kind);
        Assert.Contains("status 500", settlement.Reason!, StringComparison.Ordinal);
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
        await Until.TrueAsync(() => delivery.Unsettled == 0, "the books are closed");
    }

    [Theory, InlineData(400), InlineData(404), InlineData(429)]
    public async Task A_refusal_by_4xx_is_final(int status)
    {
        _rig.Endpoint.Script(ScriptedAnswer.RetryAfter(status, "1"));
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        Assert.Equal(Settlement.Discarded($"status {status}", attempts: 1, status), (await _rig.Settlements.WhenAsync(1))[0].Settlement);
        Assert.Single(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task A_refusal_by_4xx_is_tried_again_where_the_subscription_wants_it()
    {
        _rig.Endpoint.Script(404, 200);
        var delivery = _rig.Open(_rig.Plan(retryClientErrors: true));
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_but_tried_again()
    {
        _rig.Endpoint.Script(new ScriptedAnswer(302) { Header = new("Location", _rig.Endpoint.Address + "elsewhere") });
        var delivery = _rig.Open(_rig.Plan("here"));
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _rig.Settlements.WhenAsync(1);
        Assert.Equal(["/here", "/here"], _rig.Endpoint.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task A_cut_connection_is_tried_again()
    {
        _rig.Endpoint.Script(ScriptedAnswer.Reset);
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
    }

    [Fact]
    public async Task An_endpoint_that_nobody_serves_is_tried_again_until_the_time_to_live_ends()
    {
        var delivery = _rig.Open(_rig.Plan(address: "http://127.0.0.1:1/", backoff: DeliveryRig.Backoff(1000, ttlSeconds: 1)));
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        _clock.Advance(TimeSpan.FromMilliseconds(1001));
        var (_, settlement) = (await _rig.Settlements.WhenAsync(1))[0];
        Assert.Equal(SettlementKind.Discarded, settlement.Kind);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_failure()
    {
        _rig.Endpoint.Script(ScriptedAnswer.Never, 200);
        var delivery = _rig.Open(_rig.Plan(timeout: TimeSpan.FromSeconds(1)));
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, delivery.Resting);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        await RestsAsync(delivery);
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("timeout", StringComparison.Ordinal));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
        Assert.Equal("1", _rig.Endpoint.Requests[1].Header("Hermes-Retry-Count"));
    }

    [Fact]
    public async Task One_hanging_request_is_cut_off_alone()
    {
        _rig.Endpoint.Answer = static request => string.Equals(request.Id, "id-1", StringComparison.Ordinal) ? ScriptedAnswer.Never : 200;
        var delivery = _rig.Open(_rig.Plan(timeout: TimeSpan.FromSeconds(1)));
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        _rig.Endpoint.Hold();
        delivery.TryAccept(DeliveryRig.Message(2));
        await _rig.Endpoint.WhenReceivedAsync(2);
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        await RestsAsync(delivery);
        _rig.Endpoint.Release();
        Assert.Equal("id-2", (await _rig.Settlements.WhenAsync(1))[0].Message.Id);
    }

    [Theory, InlineData("30"), InlineData("Tue, 24 Nov 2026 03:00:30 GMT")]
    public async Task Retry_After_pauses_the_whole_subscription(string value)
    {
        _rig.Endpoint.Script(ScriptedAnswer.RetryAfter(503, value));
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        delivery.TryAccept(DeliveryRig.Message(2));
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(_rig.Endpoint.Requests);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await _rig.Settlements.WhenAsync(2);
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_retry_is_not_sent_after_the_time_to_live_even_when_the_pace_kept_it()
    {
        _rig.Endpoint.Script(500, ScriptedAnswer.RetryAfter(503, "60"));
        var delivery = _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(5000, ttlSeconds: 50), window: 2));
        delivery.TryAccept(DeliveryRig.Message(1));
        await RestsAsync(delivery);
        delivery.TryAccept(DeliveryRig.Message(2)); // its answer pauses the subscription for the time to live of 50 s
        await _rig.Endpoint.WhenReceivedAsync(2);
        await Until.TrueAsync(() => _rig.Settlements.All.Count == 1 || delivery.Resting == 2, "the second message was judged");
        _clock.Advance(TimeSpan.FromSeconds(51));
        await Until.TrueAsync(() => _rig.Settlements.All.Any(end => end.Message.Id is "id-1"), "the first message ended");
        var (_, settlement) = _rig.Settlements.All.Single(end => end.Message.Id is "id-1");
        Assert.Equal(SettlementKind.Discarded, settlement.Kind);
        Assert.Single(_rig.Endpoint.Requests, request => request.Id is "id-1");
    }

    [Fact]
    public async Task The_time_to_live_begins_with_the_first_attempt_which_is_made_however_long_the_message_had_to_wait_for_it()
    {
        _rig.Endpoint.Script(ScriptedAnswer.RetryAfter(503, "40"), 500, 200);
        var delivery = _rig.Open(_rig.Plan(backoff: DeliveryRig.Backoff(20_000, ttlSeconds: 30), window: 1));
        delivery.TryAccept(DeliveryRig.Message(1)); // pauses the subscription for 30 s, its time to live
        await RestsAsync(delivery);
        delivery.TryAccept(DeliveryRig.Message(2));
        _clock.Advance(TimeSpan.FromSeconds(31));
        await Until.TrueAsync(() => delivery.Resting == 1 && _rig.Settlements.All.Count == 1, "the second was tried, and failed");
        _clock.Advance(TimeSpan.FromSeconds(21));
        var settled = await _rig.Settlements.WhenAsync(2);
        Assert.Equal(("id-2", SettlementKind.Delivered), (settled[1].Message.Id, settled[1].Settlement.Kind));
    }

    private static Task RestsAsync(SubscriptionDelivery delivery) => Until.TrueAsync(() => delivery.Resting > 0, "a message rests");
}
