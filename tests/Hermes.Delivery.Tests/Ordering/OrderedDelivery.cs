using System.Collections.Concurrent;
using System.Globalization;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;

namespace Hermes.Delivery.Tests.Ordering;

/// <summary>Order by key and by partition, at a real endpoint.</summary>
public sealed class OrderedDelivery : IAsyncLifetime
{
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory, InlineData(DeliveryOrder.Key), InlineData(DeliveryOrder.Partition)]
    public async Task Of_one_lane_the_next_message_starts_when_the_one_before_is_settled_whatever_fails_and_is_revoked(DeliveryOrder order)
    {
        const int Lanes = 7;
        var seed = Random.Shared.Next();
        var chance = new Random(seed);
        var lastOf = new ConcurrentDictionary<int, int>();
        var wrong = new ConcurrentQueue<string>();
        _rig.Endpoint.Answer = request =>
        {
            var number = int.Parse(request.Id[3..], CultureInfo.InvariantCulture);
            var last = lastOf.AddOrUpdate(number % Lanes, number, (_, last) => Math.Max(last, number));
            if (last > number) wrong.Enqueue($"{number} after {last}");
            return (number % 11, request.Header("Hermes-Retry-Count")) switch
            {
                (3, "0" or "1") => 503,
                (5, "0") => ScriptedAnswer.Reset,
                (7, _) => 400,
                _ => 200,
            };
        };
        var delivery = _rig.Open(_rig.Plan(window: 20, backoff: DeliveryRig.Backoff(1), order: order));
        var epochs = new int[Lanes];
        var owed = new HashSet<int>();
        for (var number = 0; number < 2000; number++)
        {
            var lane = number % Lanes;
            var message = DeliveryRig.Message(number, partition: lane, epoch: epochs[lane], key: [(byte)lane]);
            await Until.TrueAsync(() => delivery.TryAccept(message), $"there is room (seed {seed})");
            owed.Add(number);
            if (chance.Next(100) != 0) continue;
            delivery.Abandon("bench.rec", lane, epochs[lane]++);
            owed.RemoveWhere(old => old % Lanes == lane);
        }

        await Until.TrueAsync(() => delivery.Unsettled == 0, $"all is settled (seed {seed})");
        Assert.Empty(wrong);
        Assert.Superset(owed, _rig.Settlements.All.Select(end => (int)end.Message.Offset).ToHashSet());
        foreach (var ends in _rig.Settlements.All.GroupBy(end => end.Message.Offset % Lanes))
            Assert.Equal(ends.Select(end => end.Message.Offset).Order(), ends.Select(end => end.Message.Offset));
    }

    [Fact]
    public async Task A_lane_that_fails_holds_up_itself_alone_and_no_more_than_its_share()
    {
        const int Window = 4;
        var broken = true;
        _rig.Endpoint.Answer = request => Volatile.Read(ref broken) && request.Text.Contains("bad", StringComparison.Ordinal) ? 503 : 200;
        var delivery = _rig.Open(_rig.Plan(window: Window, backoff: DeliveryRig.Backoff(5), order: DeliveryOrder.Key));
        var number = 0;
        Message Next(string kind, byte key) => DeliveryRig.Message(number++, body: $"\"{kind}\"", key: [key]);
        for (var i = 0; i < 1 + Window; i++) Assert.Equal(Acceptance.Taken, delivery.Offer(Next("bad", 0)));
        Assert.Equal(Acceptance.LaneFull, delivery.Offer(Next("bad", 0)));
        for (var i = 0; i < 200; i++)
        {
            var message = Next("good", (byte)(1 + (i % 5)));
            await Until.TrueAsync(() => delivery.Offer(message) is Acceptance.Taken, "others have room");
        }

        await _rig.Settlements.WhenAsync(200);
        Assert.All(_rig.Settlements.All, end => Assert.NotEqual([0], end.Message.Key!));
        var notices = _rig.RoomNotices;
        Volatile.Write(ref broken, false);
        await _rig.Settlements.WhenAsync(200 + 1 + Window);
        await Until.TrueAsync(() => _rig.RoomNotices > notices, "the intake hears that the lane has room");
        Assert.Equal(Acceptance.Taken, delivery.Offer(Next("bad", 0)));
    }

    [Fact]
    public async Task Messages_without_a_key_have_no_order_in_the_order_of_keys()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(order: DeliveryOrder.Key));
        for (var i = 0; i < 5; i++) delivery.TryAccept(DeliveryRig.Message(i));
        for (var i = 5; i < 10; i++) delivery.TryAccept(DeliveryRig.Message(i, key: [1]));
        await _rig.Endpoint.WhenReceivedAsync(6);
        _rig.Endpoint.Release();
        await _rig.Settlements.WhenAsync(10);
        Assert.Equal([5, 6, 7, 8, 9], _rig.Settlements.All.Select(end => end.Message.Offset).Where(offset => offset >= 5));
    }

    [Fact]
    public async Task A_drain_drops_what_waits_behind_others_and_a_release_too()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.Open(_rig.Plan(order: DeliveryOrder.Partition));
        for (var i = 0; i < 6; i++) delivery.TryAccept(DeliveryRig.Message(i, partition: i % 2));
        await _rig.Endpoint.WhenReceivedAsync(2);
        delivery.Release("bench.rec", 0, 0);
        Assert.Equal(4, delivery.Unsettled);
        var drained = delivery.DrainAsync(CancellationToken.None);
        Assert.Equal(2, delivery.Unsettled);
        _rig.Endpoint.Release();
        await drained.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([0, 1], _rig.Settlements.All.Select(end => end.Message.Offset).Order());
    }
}
