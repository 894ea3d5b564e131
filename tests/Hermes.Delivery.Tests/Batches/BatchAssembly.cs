using FsCheck.Xunit;
using Hermes.Delivery.Batches;
using Hermes.Delivery.Filtering;
using Hermes.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.Batches;

/// <summary>How messages become batches, at a real endpoint, with a clock that only the test moves.</summary>
public sealed class BatchAssembly : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Property(MaxTest = 60)]
    public async Task Batches_are_those_of_the_model(byte[] lengths, byte size, byte volume)
    {
        var plan = _rig.BatchPlan(size: 1 + (size % 7), volume: 140 + (2 * volume), seconds: 1, timeout: TimeSpan.FromDays(1));
        var messages = lengths.Select((length, i) => DeliveryRig.Message(i, $$"""{"id":{{i}},"x":"{{new string('x', length)}}"}""")).ToArray();
        var (expected, tooLarge) = Model(messages.Select(message => BatchBody.Measure(message)!.Value), plan.Batch!);
        var (sent, settled) = (_rig.Endpoint.Requests.Count, _rig.Settlements.All.Count);
        await using var delivery = _rig.OpenBatches(plan);
        await delivery.AcceptAsync(messages);
        await Until.TrueAsync(() => delivery.Ready == 0, "all messages are in batches");
        // The last one may have room left: its time has to come.
        await Until.TrueAsync(() =>
        {
            _clock.Advance(plan.Batch!.Time);
            return delivery.Unsettled == 0;
        }, "the last batch was settled");
        var requests = _rig.Endpoint.Requests.Skip(sent).ToArray();
        Assert.All(requests, request => Assert.InRange(request.Body.Length, 2, plan.Batch!.Volume));
        Assert.Equal(expected, requests.Select(request => request.Numbers().ToList()));
        Assert.Equal(tooLarge, _rig.Settlements.All.Skip(settled)
            .Where(end => end.Settlement.Reason?.Contains("too large", StringComparison.Ordinal) is true).Select(end => (int)end.Message.Offset));
    }

    [Fact]
    public async Task A_full_batch_goes_at_once_and_the_rest_waits_for_its_time()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 3, seconds: 10));
        await delivery.AcceptAsync(1, 2, 3, 4);
        var requests = await _rig.Endpoint.WhenReceivedAsync(1);
        Assert.Equal([1, 2, 3], requests[0].Numbers());
        await _rig.Settlements.WhenAsync(3);
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1, delivery.Unsettled);
        Assert.Single(_rig.Endpoint.Requests);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal([4], (await _rig.Endpoint.WhenReceivedAsync(2))[1].Numbers());
        await _rig.Settlements.WhenAsync(4);
        Assert.All(_rig.Settlements.All, end => Assert.Equal(Settlement.Delivered, end.Settlement));
    }

    [Fact]
    public async Task The_next_batch_is_put_together_while_one_is_under_way_and_goes_when_it_has_ended()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 4));
        await delivery.AcceptAsync(Enumerable.Range(1, 12));
        await _rig.Endpoint.WhenReceivedAsync(1);
        await Until.TrueAsync(() => delivery.TryAccept(DeliveryRig.Message(13)), "one batch more than those two is kept ready");
        Assert.Single(_rig.Endpoint.Requests); // one at a time
        _rig.Endpoint.Release();
        var requests = await _rig.Endpoint.WhenReceivedAsync(3);
        Assert.Equal([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], requests.Select(request => request.Numbers()));
    }

    [Fact]
    public async Task Refuses_what_it_has_no_room_for_and_tells_when_it_has()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        var accepted = 0;
        // On the wire, in the next batch, and ready: 2 + 2 + 8.
        await Until.TrueAsync(() =>
        {
            while (delivery.TryAccept(DeliveryRig.Message(accepted))) accepted++;
            return accepted == 12;
        }, "all room is taken");
        Assert.False(delivery.TryAccept(DeliveryRig.Message(99)));
        Assert.Equal(12, delivery.Unsettled);
        var notices = _rig.RoomNotices;
        _rig.Endpoint.Release();
        await Until.TrueAsync(() => _rig.RoomNotices > notices, "the intake hears of room");
        Assert.True(delivery.TryAccept(DeliveryRig.Message(12)));
    }

    [Fact]
    public async Task Large_messages_take_no_more_memory_than_the_volume_allows()
    {
        _rig.Endpoint.Hold();
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 100, volume: 10_000));
        var body = $$"""{"id":1,"x":"{{new string('x', 4_000)}}"}""";
        var accepted = 0;
        await Until.TrueAsync(() =>
        {
            while (delivery.TryAccept(DeliveryRig.Message(accepted, body))) accepted++;
            return accepted >= 7;
        }, "all room is taken");
        await _rig.Endpoint.WhenReceivedAsync(1);
        Assert.False(delivery.TryAccept(DeliveryRig.Message(99, body)));
        Assert.InRange(delivery.Unsettled, 7, 7); // two on the wire, two in the next batch, three ready
    }

    [Fact]
    public async Task Bytes_are_counted_for_the_subscription_and_the_process_and_a_batch_that_cannot_be_filled_goes_at_its_time()
    {
        await using var rig = await DeliveryRig.StartAsync(_clock, new() { BytesPerSubscription = 1_048_576 });
        var delivery = rig.OpenBatches(rig.BatchPlan(size: 100, volume: 10_000_000, seconds: 5));
        var body = $$"""{"id":1,"x":"{{new string('x', 400_000)}}"}""";
        Assert.True(delivery.TryAccept(DeliveryRig.Message(1, body)));
        Assert.True(delivery.TryAccept(DeliveryRig.Message(2, body)));
        Assert.False(delivery.TryAccept(DeliveryRig.Message(3, body)));
        Assert.InRange(rig.Engine.Bytes.Taken, 800_000, 900_000);
        await Until.TrueAsync(() => delivery.Ready == 0, "all messages are in the batch");
        var notices = rig.RoomNotices;
        _clock.Advance(TimeSpan.FromSeconds(6));
        await rig.Settlements.WhenAsync(2);
        await Until.TrueAsync(() => rig.RoomNotices > notices, "the intake hears of room");
        await Until.TrueAsync(() => rig.Engine.Bytes.Taken == 0, "all bytes are given back");
        Assert.True(delivery.TryAccept(DeliveryRig.Message(3, body)));
    }

    [Fact]
    public async Task What_a_filter_leaves_out_is_in_no_batch()
    {
        var filters = new FilterSet([new JsonPathFilter(JsonSelector.Parse("$.id"), new Matcher("^[24]$"), any: false)]);
        await _rig.OpenBatches(_rig.BatchPlan(size: 2, filters: filters)).AcceptAsync(1, 2, 3, 4, 5);
        Assert.Equal([2, 4], (await _rig.Endpoint.WhenReceivedAsync(1))[0].Numbers());
        var settled = await _rig.Settlements.WhenAsync(5);
        Assert.Equal([1, 3, 5], settled.Where(end => end.Settlement == Settlement.Filtered).Select(end => end.Message.Offset).Order());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("{}{}")]
    [InlineData("""{"a":1""")]
    public async Task A_body_that_would_spoil_the_batch_is_discarded_alone(string body)
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2));
        await delivery.AcceptAsync(1);
        Assert.True(delivery.TryAccept(DeliveryRig.Message(2, body)));
        await delivery.AcceptAsync(3);
        Assert.Equal([1, 3], (await _rig.Endpoint.WhenReceivedAsync(1))[0].Numbers());
        var discarded = Assert.Single(await _rig.Settlements.WhenAsync(3), end => end.Settlement.Kind is SettlementKind.Discarded);
        Assert.Equal(2, discarded.Message.Offset);
        Assert.Contains("not JSON", discarded.Settlement.Reason!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Elements_are_envelopes_with_all_that_the_publisher_gave()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 1));
        delivery.TryAccept(DeliveryRig.Message(7, """{"id":7,"t":"żółć"}""", publishedMs: 1795417829599, metadata: [new("a\"b", "ż\n"), new("message", "m")]));
        var request = (await _rig.Endpoint.WhenReceivedAsync(1))[0];
        Assert.Equal(
            """[{"_w":true,"metadata":{"timestamp":1795417829599,"id":"id-7","externalMetadata":{"a\"b":"ż\n","message":"m"}},"message":{"id":7,"t":"żółć"}}]""",
            request.Text);
    }

    [Fact]
    public async Task A_rate_where_there_is_one_spaces_the_requests()
    {
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 1, rate: 1));
        await delivery.AcceptAsync(1, 2, 3);
        await _rig.Settlements.WhenAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(2, delivery.Unsettled);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await _rig.Settlements.WhenAsync(2);
        // The next one's turn is set only once the one before is settled, which the end of that does not wait for.
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1.1));
            return _rig.Settlements.All.Count == 3;
        }, "the third batch had its turn");
    }

    /// <summary>The rules one after the other: what is too large is left out; what does not fit opens the next batch.</summary>
    private static (List<List<int>> Batches, List<int> TooLarge) Model(IEnumerable<int> lengths, BatchPlan plan)
    {
        var (batches, tooLarge, used) = (new List<List<int>>(), new List<int>(), 0);
        foreach (var (number, length) in lengths.Index())
        {
            if (length + 2 > plan.Volume)
            {
                tooLarge.Add(number);
                continue;
            }

            var full = batches.Count == 0 || batches[^1].Count == plan.Size || plan.Volume - used < 2;
            if (full || plan.Volume - used < length + 2)
            {
                batches.Add([]);
                used = 0;
            }

            batches[^1].Add(number);
            used += length + 1;
        }

        return (batches, tooLarge);
    }
}
