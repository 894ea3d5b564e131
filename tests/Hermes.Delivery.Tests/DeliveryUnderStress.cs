using System.Globalization;
using Hermes.Testing;
using Hermes.Testing.Http;

namespace Hermes.Delivery.Tests;

/// <summary>Everything at once, by chance (the seed is in every failure): answers of all kinds, revocations, changes, a full window.</summary>
public sealed class DeliveryUnderStress : IAsyncLifetime
{
    private const int Partitions = 4;
    private const int Window = 40;
    private readonly int _seed = Random.Shared.Next();
    private readonly Dictionary<int, int> _partitions = [];
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Each_message_of_a_standing_epoch_is_settled_once_and_none_after_its_revocation()
    {
        _rig.Endpoint.Answer = request => Answer(int.Parse(request.Id[3..], CultureInfo.InvariantCulture), request);
        var chance = new Random(_seed);
        var delivery = _rig.Open(Plan(window: Window));
        var epochs = new int[Partitions];
        var owed = new HashSet<int>();
        for (var number = 0; number < 6000; number++)
        {
            var partition = chance.Next(Partitions);
            var message = DeliveryRig.Message(number, partition: partition, epoch: epochs[partition]);
            await AcceptAsync(delivery, message);
            owed.Add(number);
            Assert.InRange(delivery.Unsettled, 0, 2 * Window); // in the window, and ready for it
            if (chance.Next(200) == 0)
            {
                delivery.Abandon("bench.rec", partition, epochs[partition]);
                // A settlement that was being reported during the call may still arrive; the ledger knows it by its epoch.
                epochs[partition]++;
                owed.RemoveWhere(old => _partitions[old] == partition);
            }

            if (chance.Next(300) == 0) delivery.Update(Plan(chance.Next(Window / 2, Window + 1)));
        }

        await Until.TrueAsync(() => delivery.Unsettled == 0, $"all is settled (seed {_seed}, {delivery.Unsettled} left)");
        var settled = _rig.Settlements.All.Select(end => (int)end.Message.Offset).ToList();
        Assert.True(settled.Count == settled.Distinct().Count(), $"Something was settled twice (seed {_seed}).");
        Assert.True(owed.IsSubsetOf(settled), $"Something was never settled (seed {_seed}).");
        Assert.All(_rig.Settlements.All, end => Assert.Equal(
            end.Message.Offset % 50 == 7 ? SettlementKind.Discarded : SettlementKind.Delivered, end.Settlement.Kind));
    }

    [Fact]
    public async Task A_thousand_subscriptions_at_once_all_get_their_messages()
    {
        var deliveries = Enumerable.Range(0, 1000).Select(_ => _rig.Open(_rig.Plan(rate: 20, window: 2))).ToArray();
        var threads = ThreadPool.ThreadCount;
        foreach (var delivery in deliveries)
        {
            Assert.True(delivery.TryAccept(DeliveryRig.Message(1)));
            Assert.True(delivery.TryAccept(DeliveryRig.Message(2)));
        }

        await _rig.Settlements.WhenAsync(2000);
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 50);
        await Task.WhenAll(deliveries.Select(delivery => delivery.DrainAsync(CancellationToken.None)));
        Assert.Equal(0, deliveries.Sum(delivery => delivery.Unsettled));
    }

    private DeliveryPlan Plan(int window) => _rig.Plan(window: window, backoff: DeliveryRig.Backoff(1, multiplier: 1.5));

    // By number and attempt, so that every message that is not refused comes through in the end.
    private static ScriptedAnswer Answer(int number, ReceivedRequest request) => (number % 50, request.Header("Hermes-Retry-Count")) switch
    {
        (7, _) => 400,
        (11 or 12, "0" or "1") => 503,
        (13, "0") => ScriptedAnswer.Reset,
        (14, "0") => ScriptedAnswer.RetryAfter(503, "0"),
        _ => 200,
    };

    private async Task AcceptAsync(SubscriptionDelivery delivery, Message message)
    {
        _partitions[(int)message.Offset] = message.Partition;
        while (true)
        {
            var notices = _rig.RoomNotices;
            if (delivery.TryAccept(message)) return;
            await Until.TrueAsync(() => _rig.RoomNotices != notices, $"the intake hears of room (seed {_seed})");
        }
    }
}
