using Hermes.Testing;

namespace Hermes.Delivery.Tests.Memory;

/// <summary>Bytes that deliveries hold, for each and for the process, with messages of two megabytes.</summary>
public sealed class BoundedMemory : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;
    private static readonly string Large = new('x', 2 * Megabyte);
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() =>
        _rig = await DeliveryRig.StartAsync(options: new() { BytesPerSubscription = 9 * Megabyte, BytesInProcess = 40 * Megabyte });

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_subscription_holds_no_more_bytes_than_it_may_and_hears_of_room()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(address: _rig.Endpoint.Address));
        var message = DeliveryRig.Message(0, body: Large);
        for (var i = 0; i < 4; i++) Assert.True(delivery.TryAccept(message));
        Assert.False(delivery.TryAccept(message));
        Assert.False(delivery.TryAccept(message));
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => _rig.RoomNotices > 0, "the intake hears of room");
        Assert.True(delivery.TryAccept(message));
        await Until.TrueAsync(() => _rig.Engine.Bytes.Taken == 0, "all bytes are given back");
    }

    [Fact]
    public void One_message_that_is_larger_than_all_bounds_passes_alone()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan());
        Assert.True(delivery.TryAccept(DeliveryRig.Message(0, body: new('x', 50 * Megabyte))));
        Assert.False(delivery.TryAccept(DeliveryRig.Message(1)));
    }

    [Fact]
    public async Task Those_who_came_first_leave_each_other_its_part_and_all_go_on()
    {
        _rig.Endpoint.Hold();
        var deliveries = Enumerable.Range(0, 20).Select(_ => _rig.Open(_rig.Plan())).ToList();
        var message = DeliveryRig.Message(0, body: Large);
        var waiting = new Dictionary<ISubscriptionDelivery, int>();
        foreach (var delivery in deliveries)
        {
            var count = 0;
            while (delivery.TryAccept(message)) count++;
            Assert.InRange(count, 1, 4);
            waiting[delivery] = 4 - count;
        }

        // The bound, and one message for each.
        Assert.InRange(_rig.Engine.Bytes.Taken, 40 * Megabyte, (40 + (20 * 2) + 1) * Megabyte);
        _rig.Endpoint.Release();
        while (waiting.Count > 0)
        {
            var notices = _rig.RoomNotices;
            foreach (var (delivery, count) in waiting.ToList())
            {
                var left = count;
                while (left > 0 && delivery.TryAccept(message)) left--;
                if (left == 0) waiting.Remove(delivery);
                else waiting[delivery] = left;
            }

            Assert.InRange(_rig.Engine.Bytes.Taken, 0, (40 + (20 * 2) + 1) * Megabyte);
            if (waiting.Count > 0) await Until.TrueAsync(() => _rig.RoomNotices != notices, "somebody hears of room");
        }

        await _rig.Settlements.WhenAsync(80);
        await Until.TrueAsync(() => _rig.Engine.Bytes.Taken == 0, "all bytes are given back");
    }
}
