using System.Diagnostics.Metrics;
using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>The window of unsettled messages, the pace, and the ways in which a delivery ends.</summary>
public sealed class DeliveryWindow : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private const int Ready = 8; // kept ready beyond a small window
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock, new DeliveryOptions { HeadOfLineWindows = 2 });

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Sends_no_more_at_once_than_the_window_keeps_a_few_ready_and_tells_when_there_is_room_again()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(window: 3));
        for (var i = 0; i < 3 + Ready; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await _rig.Endpoint.WhenReceivedAsync(3);
        Assert.False(delivery.TryAccept(DeliveryRig.Message(99)));
        Assert.Equal(0, _rig.RoomNotices);
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => _rig.RoomNotices > 0, "the intake hears of room");
        Assert.True(delivery.TryAccept(DeliveryRig.Message(99)));
        await _rig.Settlements.WhenAsync(3 + Ready + 1);
        Assert.Equal(1, _rig.RoomNotices);
    }

    [Fact]
    public async Task A_retry_that_is_due_goes_before_fresh_messages_and_keeps_its_place_in_the_window()
    {
        _rig.Endpoint.Script(503);
        var delivery = _rig.Open(_rig.Plan(window: 1));
        for (var i = 0; i < 3; i++) delivery.TryAccept(DeliveryRig.Message(i));
        await Until.TrueAsync(() => delivery.Resting == 1, "the first rests");
        Assert.Single(_rig.Endpoint.Requests);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _rig.Settlements.WhenAsync(3);
        Assert.Equal(["id-0", "id-0", "id-1", "id-2"], _rig.Endpoint.Requests.Select(request => request.Id));
    }

    [Fact]
    public async Task A_wider_window_is_used_and_offered_at_once()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(window: 1));
        for (var i = 0; i < 1 + Ready; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        Assert.False(delivery.TryAccept(DeliveryRig.Message(99)));
        delivery.Update(_rig.Plan(window: 10));
        await _rig.Endpoint.WhenReceivedAsync(1 + Ready);
        await Until.TrueAsync(() => _rig.RoomNotices == 1, "the intake hears of room");
        Assert.True(delivery.TryAccept(DeliveryRig.Message(99)));
    }

    [Fact]
    public async Task Sends_no_faster_than_the_rate()
    {
        var delivery = _rig.Open(_rig.Plan(rate: 10));
        for (var i = 0; i < 30; i++) delivery.TryAccept(DeliveryRig.Message(i));
        await _rig.Settlements.WhenAsync(10); // the first second's worth
        for (var tenths = 0; tenths < 20; tenths++)
        {
            Assert.Equal(10 + tenths, _rig.Endpoint.Requests.Count);
            _clock.Advance(TimeSpan.FromMilliseconds(101));
            await _rig.Settlements.WhenAsync(10 + tenths + 1);
        }
    }

    [Fact]
    public async Task The_share_that_the_fleet_grants_bounds_the_rate_and_every_attempt_is_counted()
    {
        _rig.Endpoint.Script(ScriptedAnswer.RetryAfter(503, "1"));
        var delivery = _rig.Open(_rig.Plan(rate: 10));
        delivery.MaxRate = 2;
        for (var i = 0; i < 12; i++) delivery.TryAccept(DeliveryRig.Message(i));
        await _rig.Settlements.WhenAsync(1);
        Assert.Equal(2, delivery.Attempts); // the first failed
        await Until.TrueAsync(() => delivery.Resting == 1, "the first rests");
        delivery.MaxRate = 100; // a share is no way beyond the subscription's own rate
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => delivery.Attempts == 12, "one second's worth of the subscription's rate");
        delivery.MaxRate = null;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _rig.Settlements.WhenAsync(12);
        Assert.Equal(13, delivery.Attempts);
        Assert.Throws<ArgumentOutOfRangeException>(() => delivery.MaxRate = 0);
    }

    [Fact]
    public async Task A_new_message_waits_for_the_sending_delay_of_its_subscription()
    {
        var published = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        var delivery = _rig.Open(_rig.Plan(sendingDelay: TimeSpan.FromSeconds(2)));
        delivery.TryAccept(DeliveryRig.Message(1, publishedMs: published - 500));
        delivery.TryAccept(DeliveryRig.Message(2, publishedMs: published - 5000));
        Assert.Equal("id-2", (await _rig.Settlements.WhenAsync(1))[0].Message.Id);
        _clock.Advance(TimeSpan.FromMilliseconds(1499));
        Assert.Equal(1, delivery.Resting);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        await _rig.Settlements.WhenAsync(2);
    }

    [Fact]
    public async Task Nothing_of_a_revoked_partition_is_settled_and_the_rest_goes_on()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(rate: 1, timeout: TimeSpan.FromHours(1)));
        delivery.TryAccept(DeliveryRig.Message(0, partition: 1, epoch: 7));
        await _rig.Endpoint.WhenReceivedAsync(1);
        for (var i = 1; i < 6; i++) delivery.TryAccept(DeliveryRig.Message(i, partition: i % 2, epoch: 7));
        delivery.Abandon("bench.rec", 1, 7);
        Assert.Equal(3, delivery.Unsettled); // 2 and 4, and the one on the wire until its answer
        delivery.TryAccept(DeliveryRig.Message(9, partition: 1, epoch: 8));
        _rig.Endpoint.Release();
        await Until.TrueAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return delivery.Unsettled == 0;
            },
            "all is settled or dropped");
        Assert.Equal([2, 4, 9], _rig.Settlements.All.Select(end => end.Message.Offset).Order());
        Assert.Equal(["id-0", "id-2", "id-4", "id-9"], _rig.Endpoint.Requests.Select(request => request.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_retry_of_a_revoked_partition_is_not_sent()
    {
        _rig.Endpoint.Answer = static _ => 503;
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => delivery.Resting == 1, "it rests");
        delivery.Abandon("bench.rec", 0, 0);
        Assert.Equal(0, delivery.Unsettled);
        _clock.Advance(TimeSpan.FromMinutes(5));
        delivery.TryAccept(DeliveryRig.Message(2, epoch: 1));
        await _rig.Endpoint.WhenReceivedAsync(2);
        Assert.Equal(["id-1", "id-2"], _rig.Endpoint.Requests.Select(request => request.Id));
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task What_is_on_the_wire_of_a_released_partition_is_settled_and_its_end_is_told()
    {
        _rig.Endpoint.Answer = static request => request.Id is "id-2" ? 503 : 200;
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(window: 3));
        for (var i = 1; i < 6; i++) delivery.TryAccept(DeliveryRig.Message(i, partition: i == 3 ? 0 : 1, epoch: 7));
        await _rig.Endpoint.WhenReceivedAsync(3);
        delivery.Release("bench.rec", 1, 7);
        Assert.Equal((2, 3), (delivery.Releasing, delivery.Unsettled)); // 4 and 5 are dropped
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => delivery.Releasing == 0 && _rig.RoomNotices == 1, "the intake hears of the end");
        await Until.TrueAsync(() => delivery.Unsettled == 0, "the rest is settled");
        Assert.Equal(["id-1", "id-3"], _rig.Settlements.All.Select(end => end.Message.Id).Order(StringComparer.Ordinal)); // what failed is the next owner's
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
    }

    [Fact]
    public async Task An_abandonment_ends_a_release()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        delivery.Release("bench.rec", 0, 0);
        delivery.Release("bench.rec", 0, 0);
        Assert.Equal(1, delivery.Releasing);
        delivery.Abandon("bench.rec", 0, 0);
        Assert.Equal((0, 1), (delivery.Releasing, _rig.RoomNotices));
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => delivery.Unsettled == 0, "the attempt ended");
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task A_drain_finishes_what_is_on_the_wire_and_drops_the_rest()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(rate: 1));
        delivery.TryAccept(DeliveryRig.Message(1));
        delivery.TryAccept(DeliveryRig.Message(2));
        await _rig.Endpoint.WhenReceivedAsync(1);
        var drained = delivery.DrainAsync(CancellationToken.None);
        Assert.False(delivery.TryAccept(DeliveryRig.Message(3)));
        Assert.False(drained.IsCompleted);
        _rig.Endpoint.Release();
        await drained.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal("id-1", Assert.Single(_rig.Settlements.All).Message.Id);
    }

    [Fact]
    public async Task A_failure_during_a_drain_is_left_for_the_next_reader()
    {
        _rig.Endpoint.Answer = static _ => 503;
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        var drained = delivery.DrainAsync(CancellationToken.None);
        _rig.Endpoint.Release();
        await drained.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task Letting_go_ends_a_drain_that_hangs_and_settles_nothing()
    {
        _rig.Endpoint.Answer = static _ => ScriptedAnswer.Never;
        var delivery = _rig.Open(_rig.Plan(timeout: TimeSpan.FromMinutes(5)));
        delivery.TryAccept(DeliveryRig.Message(1));
        await _rig.Endpoint.WhenReceivedAsync(1);
        using var letGo = new CancellationTokenSource();
        var drained = delivery.DrainAsync(letGo.Token);
        Assert.False(drained.IsCompleted);
        await letGo.CancelAsync();
        await drained.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Empty(_rig.Settlements.All);
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task Names_the_message_that_holds_up_the_subscription_once()
    {
        using var metric = new MeterListener();
        var counted = 0L;
        metric.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _rig.Meters) && instrument.Name is "hermes.delivery.head_of_line") listener.EnableMeasurementEvents(instrument);
        };
        metric.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref counted, count));
        metric.Start();
        _rig.Endpoint.Answer = static request => string.Equals(request.Id, "id-0", StringComparison.Ordinal) ? 503 : 200;
        var delivery = _rig.Open(_rig.Plan(window: 5, backoff: DeliveryRig.Backoff(60_000)));
        for (var i = 0; i < 30; i++)
        {
            await Until.TrueAsync(() => delivery.Unsettled <= 1, "there is room");
            Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        }

        var line = Assert.Single(_rig.Log.GetSnapshot(), line => line.Id.Id == 2006);
        Assert.Contains("id-0", line.Message, StringComparison.Ordinal);
        Assert.Equal(1, Interlocked.Read(ref counted));
    }

    [Fact]
    public async Task Ten_thousand_idle_subscriptions_hold_no_thread_and_no_timer_entry()
    {
        var threads = ThreadPool.ThreadCount;
        for (var i = 0; i < 10_000; i++) _rig.Open(_rig.Plan());
        Assert.Equal(0, _rig.Engine.Timetable.Count);
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 5);
        await _rig.Engine.DisposeAsync();
    }
}
