using Hermes.Delivery.Batches;
using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.Batches;

/// <summary>Revocations, stops and changes in the middle of batches.</summary>
public sealed class BatchEnds : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_revoked_partition_leaves_the_batch_that_is_put_together()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 3));
        Accept(delivery, (1, 0), (2, 1));
        delivery.Abandon("bench.rec", 0, epoch: 0);
        Assert.Equal(1, delivery.Unsettled);
        Accept(delivery, (3, 1), (4, 2));
        Assert.Equal([2, 3, 4], (await _rig.Endpoint.WhenReceivedAsync(1))[0].Numbers());
        Assert.Equal([2, 3, 4], (await _rig.Settlements.WhenAsync(3)).Select(end => end.Message.Offset));
    }

    [Fact]
    public async Task A_batch_of_nothing_but_a_revoked_partition_is_never_sent()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 3, seconds: 5));
        Accept(delivery, (1, 0), (2, 0));
        delivery.Abandon("bench.rec", 0, epoch: 0);
        Assert.Equal(0, delivery.Unsettled);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Accept(delivery, (3, 1), (4, 1), (5, 1));
        Assert.Equal([3, 4, 5], (await _rig.Endpoint.WhenReceivedAsync(1))[0].Numbers());
    }

    [Fact]
    public async Task A_revoked_partition_of_a_batch_on_the_wire_is_neither_settled_nor_sent_again()
    {
        _rig.Endpoint.Hold();
        _rig.Endpoint.Script(500);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 3));
        Accept(delivery, (1, 0), (2, 1), (3, 0));
        await _rig.Endpoint.WhenReceivedAsync(1);
        delivery.Abandon("bench.rec", 0, epoch: 0);
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => delivery.Resting == 1, "what is left rests");
        _clock.Advance(TimeSpan.FromSeconds(1));
        var requests = await _rig.Endpoint.WhenReceivedAsync(2);
        Assert.Equal([2], requests[1].Numbers());
        Assert.Equal(requests[0].BatchId(), requests[1].BatchId());
        Assert.Equal(2, Assert.Single(await _rig.Settlements.WhenAsync(1)).Message.Offset);
        Assert.Equal(0, delivery.Unsettled);
    }

    [Theory]
    [InlineData(200, new long[] { 1, 2, 3 })]
    [InlineData(500, new long[] { 2 })]
    public async Task A_partition_that_is_given_back_ends_with_the_batch_on_the_wire_and_what_failed_is_left_to_the_next_owner(int status, long[] settled)
    {
        _rig.Endpoint.Hold();
        _rig.Endpoint.Script(status);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 3, seconds: 5));
        Accept(delivery, (1, 0), (2, 1), (3, 0), (4, 0));
        await _rig.Endpoint.WhenReceivedAsync(1);
        delivery.Release("bench.rec", 0, epoch: 0);
        Assert.Equal((2, 3), (delivery.Releasing, delivery.Unsettled)); // 4 is dropped
        var notices = _rig.RoomNotices;
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => delivery.Releasing == 0 && _rig.RoomNotices > notices, "the intake hears of the end");
        _clock.Advance(TimeSpan.FromSeconds(6));
        await _rig.Settlements.WhenAsync(settled.Length);
        Assert.Equal(settled, _rig.Settlements.All.Select(end => end.Message.Offset));
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task A_newer_epoch_of_the_partition_stays()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        Assert.True(delivery.TryAccept(DeliveryRig.Message(1, epoch: 1)));
        Assert.True(delivery.TryAccept(DeliveryRig.Message(2, epoch: 2)));
        delivery.Abandon("bench.rec", 0, epoch: 1);
        _rig.Endpoint.Release();
        Assert.True(delivery.TryAccept(DeliveryRig.Message(1, epoch: 2)));
        // The old one may have left with the first batch, which then leaves the new one alone in the second until its time is over.
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _rig.Settlements.All.Count == 2;
        }, "both of the newer epoch were settled");
        Assert.All(_rig.Settlements.All, end => Assert.Equal(2, end.Message.Epoch));
    }

    [Fact]
    public async Task A_stop_finishes_the_batch_on_the_wire_and_leaves_the_others_unsettled()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1, 2, 3, 4, 5);
        await _rig.Endpoint.WhenReceivedAsync(1);
        var drained = delivery.DrainAsync(CancellationToken.None);
        Assert.False(delivery.TryAccept(DeliveryRig.Message(6)));
        Assert.False(drained.IsCompleted);
        _rig.Endpoint.Release();
        await drained;
        Assert.Equal([1, 2], _rig.Settlements.All.Select(end => end.Message.Offset));
        Assert.Single(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task A_batch_that_fails_while_stopping_is_left_whole_to_the_next_owner()
    {
        _rig.Endpoint.Hold();
        _rig.Endpoint.Script(500);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1, 2);
        await _rig.Endpoint.WhenReceivedAsync(1);
        var drained = delivery.DrainAsync(CancellationToken.None);
        _rig.Endpoint.Release();
        await drained;
        Assert.Empty(_rig.Settlements.All);
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task A_batch_that_would_be_split_while_stopping_is_left_whole_to_the_next_owner()
    {
        _rig.Endpoint.Hold();
        _rig.Endpoint.Script(400);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2, split: true));
        await delivery.AcceptAsync(1, 2);
        await _rig.Endpoint.WhenReceivedAsync(1);
        var drained = delivery.DrainAsync(CancellationToken.None);
        _rig.Endpoint.Release();
        await drained;
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_a_batch_that_rests()
    {
        _rig.Endpoint.Script(500);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1, 2, 3);
        await Until.TrueAsync(() => delivery.Resting == 2, "the batch rests");
        await delivery.DrainAsync(CancellationToken.None);
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task At_the_end_of_patience_the_batch_on_the_wire_is_cut_off_and_nothing_of_it_settled()
    {
        _rig.Endpoint.Script(ScriptedAnswer.Never);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1, 2);
        await _rig.Endpoint.WhenReceivedAsync(1);
        using var letGo = new CancellationTokenSource();
        var drained = delivery.DrainAsync(letGo.Token);
        await letGo.CancelAsync();
        await drained;
        Assert.Empty(_rig.Settlements.All);
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task Follows_a_changed_plan_from_the_next_batch_on()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1, 2);
        await _rig.Settlements.WhenAsync(2);
        delivery.Update(_rig.BatchPlan(size: 3));
        await delivery.AcceptAsync(3, 4, 5);
        Assert.Equal([3, 4, 5], (await _rig.Endpoint.WhenReceivedAsync(2))[1].Numbers());
        Assert.Throws<NotSupportedException>(() => delivery.Update(_rig.Plan()));
    }

    [Fact]
    public async Task By_chance_each_message_of_a_standing_epoch_is_settled_once_and_none_after_its_revocation()
    {
        var seed = Random.Shared.Next();
        await using var rig = await DeliveryRig.StartAsync();
        rig.Endpoint.Answer = request => (request.Numbers(), request.Header("Hermes-Retry-Count")) switch
        {
            (var numbers, _) when numbers.Any(number => number % 97 == 7) => 400,
            (var numbers, "0") when numbers.Any(number => number % 31 == 5) => 503,
            (var numbers, "0") when numbers.Any(number => number % 61 == 8) => ScriptedAnswer.Reset,
            _ => 200,
        };
        var chance = new Random(seed);
        await using var delivery = rig.OpenBatches(Plan());
        var epochs = new int[4];
        var owed = new Dictionary<int, int>(); // number, partition
        for (var number = 0; number < 4000; number++)
        {
            var partition = chance.Next(epochs.Length);
            var message = DeliveryRig.Message(number, partition: partition, epoch: epochs[partition]);
            await Until.TrueAsync(() => delivery.TryAccept(message), $"there is room (seed {seed})");
            owed[number] = partition;
            if (chance.Next(100) == 0)
            {
                delivery.Abandon("bench.rec", partition, epochs[partition]++);
                foreach (var gone in owed.Where(o => o.Value == partition).Select(o => o.Key).ToList()) owed.Remove(gone);
            }

            if (chance.Next(200) == 0) delivery.Update(Plan());
        }

        await Until.TrueAsync(() => delivery.Unsettled == 0, $"all is settled (seed {seed}, {delivery.Unsettled} left)");
        var settled = rig.Settlements.All;
        Assert.True(settled.Select(end => end.Message.Offset).Distinct().Count() == settled.Count, $"Something was settled twice (seed {seed}).");
        Assert.Empty(owed.Keys.Except(settled.Select(end => (int)end.Message.Offset)));
        Assert.All(settled, end => Assert.Equal(end.Message.Offset % 97 == 7 ? SettlementKind.Discarded : SettlementKind.Delivered, end.Settlement.Kind));

        DeliveryPlan Plan() => rig.BatchPlan(
            size: chance.Next(1, 20), volume: chance.Next(300, 3000), milliseconds: chance.Next(1, 20), split: true, backoff: DeliveryRig.Backoff(1));
    }

    [Fact]
    public async Task Many_batch_subscriptions_need_no_threads_of_their_own()
    {
        await using var rig = await DeliveryRig.StartAsync();
        var threads = ThreadPool.ThreadCount;
        var deliveries = Enumerable.Range(0, 500).Select(_ => rig.OpenBatches(rig.BatchPlan(size: 10, milliseconds: 50))).ToArray();
        foreach (var delivery in deliveries) await delivery.AcceptAsync(1, 2);
        await rig.Settlements.WhenAsync(1000);
        Assert.InRange(ThreadPool.ThreadCount, 0, threads + 50);
        Assert.All(rig.Endpoint.Requests, request => Assert.InRange(request.Numbers().Count, 1, 2));
    }

    private static void Accept(BatchDelivery delivery, params (int Number, int Partition)[] messages)
    {
        foreach (var (number, partition) in messages) Assert.True(delivery.TryAccept(DeliveryRig.Message(number, partition: partition)));
    }
}
