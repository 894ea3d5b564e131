using System.Globalization;
using Hermes.Delivery.Pace;
using Hermes.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>The pace of a whole delivery, by what a real endpoint answers.</summary>
public sealed class PacedDelivery : IAsyncLifetime
{
    private const int Refused = 60;
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_breaks_down_is_probed_a_few_times_a_second_and_gets_everything_soon_after_it_recovered()
    {
        var isDown = true;
        _rig.Endpoint.Answer = _ => Volatile.Read(ref isDown) ? 503 : 200;
        var delivery = _rig.Open(_rig.Plan(rate: 1000, window: 50, backoff: DeliveryRig.Backoff(5)));
        var number = 0;
        while (delivery.TryAccept(DeliveryRig.Message(number))) number++;
        await Until.TrueAsync(() => delivery.Mode is PaceMode.Slow, "the breakdown is noticed");
        var seen = delivery.Attempts;
        var clock = TimeProvider.System.GetTimestamp();
        await Until.TrueAsync(() => delivery.Attempts >= seen + 12, "probes go on");
        Assert.InRange(TimeProvider.System.GetElapsedTime(clock).TotalSeconds, 1.5, 60); // 4 a second, and one second's worth saved
        Volatile.Write(ref isDown, false);
        await _rig.Settlements.WhenAsync(number);
        await Until.TrueAsync(() => delivery.Mode is PaceMode.Normal, "the recovery is noticed");
        Assert.Equal(1000, delivery.Rate);
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("at the pace SLOW: 4 attempts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_that_fail_over_and_over_slow_nobody_down_while_others_are_taken()
    {
        _rig.Endpoint.Answer = static request => request.Id is "id-0" or "id-1" or "id-2" ? 500 : 200;
        var delivery = _rig.Open(_rig.Plan(rate: 1000, window: 20, backoff: DeliveryRig.Backoff(1)));
        for (var i = 0; i < 3; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        for (var i = 3; i < 300; i++)
        {
            var count = i - 2;
            Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
            await _rig.Settlements.WhenAsync(count);
        }

        // By attempts alone most have failed.
        Assert.True(delivery.Attempts > 600 || delivery.Mode is PaceMode.Normal);
        Assert.Equal(297, _rig.Settlements.All.Count);
    }

    // Their retries are far more than what is new, and more than a pace that has fallen allows.
    [Fact]
    public async Task Many_messages_that_are_known_to_fail_hold_the_pace_down_no_longer_than_they_are_new()
    {
        _rig.Endpoint.Answer = static request => IsRefused(request.Id!) ? 500 : 200;
        var delivery = _rig.Open(_rig.Plan(rate: 1000, window: 100, backoff: DeliveryRig.Backoff(100)));
        for (var i = 0; i < Refused; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await Until.TrueAsync(() => delivery.Mode is not PaceMode.Normal, "what fails is noticed");
        var clock = TimeProvider.System.GetTimestamp();
        for (var i = Refused; i < Refused + 300; i++)
        {
            Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
            await _rig.Settlements.WhenAsync(i - Refused + 1);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(clock).TotalSeconds, 0, 9);
    }

    [Fact]
    public async Task Messages_that_are_known_to_fail_leave_half_of_a_pace_that_is_lowered_to_what_is_new()
    {
        var (tenth, taken) = (0L, 0);
        var gate = new Lock();
        _rig.Endpoint.Answer = request => IsRefused(request.Id!) ? 500 : IsTaken() ? 200 : 503;
        var delivery = _rig.Open(_rig.Plan(rate: 1000, window: 200, backoff: DeliveryRig.Backoff(100)));
        for (var i = 0; i < Refused + 100; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await _rig.Settlements.WhenAsync(100);
        var clock = TimeProvider.System.GetTimestamp();
        for (var i = Refused + 100; i < Refused + 200; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await _rig.Settlements.WhenAsync(200);
        Assert.InRange(TimeProvider.System.GetElapsedTime(clock).TotalSeconds, 0, 12);

        // 50 a second.
        bool IsTaken()
        {
            lock (gate)
            {
                var now = Environment.TickCount64 / 100;
                if (now != tenth) (tenth, taken) = (now, 0);
                return ++taken <= 5;
            }
        }
    }

    // As after a restart: what nobody could take lies in front of what is new.
    [Fact]
    public async Task A_backlog_that_nobody_can_take_does_not_keep_the_probes_from_what_is_new()
    {
        _rig.Endpoint.Answer = static request => request.Id is "id-100" ? 200 : 500;
        var delivery = _rig.Open(_rig.Plan(rate: 1000, window: 100, backoff: DeliveryRig.Backoff(1)));
        for (var i = 0; i < 30; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await Until.TrueAsync(() => delivery.Mode is PaceMode.Slow, "what fails is noticed");
        for (var i = 40; i <= 100; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        var seen = delivery.Attempts;

        await _rig.Settlements.WhenAsync(1);

        Assert.InRange(delivery.Attempts - seen, 1, 20); // retries and the backlog take their turns
    }

    [Fact]
    public async Task Refusals_for_good_and_requests_for_a_pause_are_answers_of_an_endpoint_that_works()
    {
        _rig.Endpoint.Answer = static request => request.Header("Hermes-Retry-Count") is "0" && request.Id is not "id-1"
            ? Testing.Http.ScriptedAnswer.RetryAfter(503, "0")
            : 404;
        var delivery = _rig.Open(_rig.Plan(window: 100));
        for (var i = 0; i < 60; i++) Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
        await _rig.Settlements.WhenAsync(60);
        Assert.Equal(PaceMode.Normal, delivery.Mode);
    }

    private static bool IsRefused(string id) => int.Parse(id.AsSpan(3), CultureInfo.InvariantCulture) < Refused;
}
