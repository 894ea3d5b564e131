using System.Diagnostics.Metrics;
using System.Text;
using Confluent.Kafka;
using Hermes.Delivery.Tests.Batches;
using Hermes.Delivery.Tests.Recorded;
using Hermes.Shared.DeadLetters;
using Hermes.Shared.Hosting;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.DeadLetters;

/// <summary>What becomes of discarded messages where their subscription has a dead-letter topic; a real endpoint, a scripted topic, and a
/// clock that only the test moves.</summary>
public sealed class DiscardedMessages : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private readonly ScriptedLetterBox _box = new();
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock, letters: _box);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Go_to_the_topic_with_key_value_headers_and_the_account_of_what_happened()
    {
        _rig.Endpoint.Answer = _ => 422;
        var headers = new Headers { { "id", "id-7"u8.ToArray() }, { "h-X", "x"u8.ToArray() }, { "sv", [0, 0, 0, 3] } };
        var record = new Message<byte[], byte[]> { Key = [1, 2], Value = "the whole record"u8.ToArray(), Headers = headers };
        Open().TryAccept(new()
        {
            Id = "id-7",
            KafkaTopic = "bench.rec",
            Partition = 3,
            Offset = 77,
            Epoch = 0,
            PublishedMs = 1_700_000_000_123,
            Body = "{}"u8.ToArray(),
            Key = record.Key,
            Record = record,
        });
        await _rig.Settlements.WhenAsync(1);
        var (topic, letter) = Assert.Single(_box.Written);
        Assert.Equal("letters", topic);
        Assert.Equal([1, 2], letter.Key!);
        Assert.Equal("the whole record", Encoding.UTF8.GetString(letter.Value!));
        Assert.Equal(["id", "h-X", "sv"], letter.Headers.Take(3).Select(header => header.Key));
        Assert.Equal([0, 0, 0, 3], letter.Headers[2].GetValueBytes());
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeMilliseconds(), letter.Timestamp.UnixTimestampMs);
        Assert.Equal(
            new LetterAccount("bench.rec$plain", "bench.rec", 3, 77, 1_700_000_000_123, "status 422", 1, 422, letter.Timestamp.UnixTimestampMs, WorkerHost.Worker, 1),
            LetterAccount.Read(letter.Headers));
    }

    [Fact]
    public async Task Of_a_letter_that_was_delivered_again_in_vain_the_first_place_counts_and_how_often()
    {
        _rig.Endpoint.Answer = _ => 400;
        var first = new LetterAccount("bench.rec$plain", "bench.rec", 1, 5, 42, "before", 9, 500, 50, "elsewhere/1", 2).Over(new Headers { { "id", "a"u8.ToArray() } });
        Open().TryAccept(new()
        {
            Id = "a",
            KafkaTopic = "letters",
            Partition = 0,
            Offset = 1000,
            Epoch = 0,
            PublishedMs = 42,
            Body = "{}"u8.ToArray(),
            Record = new() { Value = "{}"u8.ToArray(), Headers = first },
        });
        await _rig.Settlements.WhenAsync(1);
        var letter = _box.Written[0].Letter;
        var account = LetterAccount.Read(letter.Headers)!;
        Assert.Equal(("bench.rec", 1, 5L, 42L, "status 400", 1, 3), (account.Topic, account.Partition, account.Offset, account.PublishedMs, account.Reason, account.Attempts, account.Times));
        Assert.Equal(WorkerHost.Worker, account.DiscardedBy);
        Assert.Equal(letter.Headers.Count, letter.Headers.Select(header => header.Key).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Are_settled_only_when_their_letter_is_written_and_the_others_at_once()
    {
        _box.Holds = true;
        _rig.Endpoint.Script(400, 200);
        var delivery = Open(window: 1);
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => _box.Waiting == 1, "the letter is under way");
        Assert.Empty(_rig.Settlements.All);
        Assert.Equal(1, delivery.Unsettled);
        _box.Answer();
        Assert.Equal(SettlementKind.Discarded, (await _rig.Settlements.WhenAsync(1))[0].Settlement.Kind);
        delivery.TryAccept(DeliveryRig.Message(2));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(2))[1].Settlement);
        Assert.Single(_box.Written);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Those_that_could_not_be_read_go_there_without_an_attempt_and_without_a_place(int batchSize)
    {
        _rig.Endpoint.Hold();
        var delivery = Open(window: 4, batchSize: batchSize);
        for (var i = 0; i < 4; i++) Assert.True(delivery.TryAccept(Unreadable(i)));
        var ends = await _rig.Settlements.WhenAsync(4);
        Assert.All(ends, end => Assert.Equal(Settlement.Discarded("no schema"), end.Settlement));
        Assert.All(_box.Written, written => Assert.Equal([0, 255], written.Letter.Value!));
        var account = LetterAccount.Read(_box.Written[3].Letter.Headers)!;
        Assert.Equal((3L, "no schema", 0), (account.Offset, account.Reason, account.Attempts));
        Assert.Equal(0, delivery.Unsettled);

        // A topic that takes nothing holds as many as the window has, and no more.
        _box.Fault = "away";
        var accepted = 0;
        while (accepted < 1000 && delivery.TryAccept(Unreadable(10 + accepted))) accepted++;
        Assert.InRange(accepted, 1, 100);
        Assert.Equal(accepted, delivery.Unsettled);
        _box.Fault = null;
        _clock.Advance(TimeSpan.FromSeconds(31));
        await _rig.Settlements.WhenAsync(4 + accepted);
        await delivery.DisposeAsync();
        Assert.False(delivery.TryAccept(Unreadable(9)));
        Assert.Empty(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task Are_held_while_the_topic_takes_nothing_in_a_bounded_window_and_never_lost()
    {
        _box.Fault = "no leader";
        _rig.Endpoint.Answer = _ => 400;
        using var held = new MetricCollector<long>(_rig.Meters, "Hermes.Delivery", "hermes.delivery.dead_letters.held");
        var delivery = Open(window: 4);
        var accepted = 0;
        var lastRefused = false;
        await Until.TrueAsync(() =>
        {
            for (lastRefused = false; !lastRefused;)
            {
                if (delivery.TryAccept(DeliveryRig.Message(accepted))) accepted++;
                else lastRefused = true;
            }

            return delivery.Resting >= 4 && delivery.Unsettled == accepted && delivery.Resting == accepted;
        }, "everything accepted is held");
        Assert.InRange(accepted, 4, 4 + 4 + 8); // the window of letters, and what the delivery had taken by then
        Assert.Empty(_rig.Settlements.All);
        held.RecordObservableInstruments();
        Assert.Equal(accepted, held.LastMeasurement!.Value);
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("cannot write to its dead-letter topic letters: no leader", StringComparison.Ordinal));
        var notices = _rig.RoomNotices;
        _box.Fault = null;
        _clock.Advance(TimeSpan.FromSeconds(31));
        await _rig.Settlements.WhenAsync(accepted);
        Assert.Equal(Enumerable.Range(0, accepted), _rig.Settlements.All.Select(end => (int)end.Message.Offset).Order());
        Assert.Equal(accepted, _box.Written.Count);
        await Until.TrueAsync(() => _rig.RoomNotices > notices, "the intake hears of room");
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task Of_a_revoked_partition_are_settled_no_more()
    {
        _box.Holds = true;
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1, partition: 0));
        delivery.TryAccept(DeliveryRig.Message(2, partition: 1));
        await Until.TrueAsync(() => _box.Waiting == 2, "the letters are under way");
        delivery.Abandon("bench.rec", 0, epoch: 0);
        Assert.Equal(1, delivery.Unsettled);
        _box.Answer();
        Assert.Equal(2, Assert.Single(await _rig.Settlements.WhenAsync(1)).Message.Offset);
        Assert.Equal(0, delivery.Unsettled);
    }

    [Fact]
    public async Task Of_a_partition_that_is_given_back_end_with_their_letters_and_the_intake_hears_of_it()
    {
        _box.Holds = true;
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1, partition: 0));
        delivery.TryAccept(DeliveryRig.Message(2, partition: 1));
        await Until.TrueAsync(() => _box.Waiting == 2, "the letters are under way");
        delivery.Release("bench.rec", 0, epoch: 0);
        Assert.Equal(1, delivery.Releasing);
        var notices = _rig.RoomNotices;
        _box.Answer();
        await _rig.Settlements.WhenAsync(2);
        Assert.Equal((0, notices + 1), (delivery.Releasing, _rig.RoomNotices));
    }

    [Fact]
    public async Task Of_a_partition_that_is_given_back_are_left_to_the_next_owner_where_their_letter_fails()
    {
        _box.Holds = true;
        _box.Fault = "away";
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => _box.Waiting == 1, "the letter is under way");
        delivery.Release("bench.rec", 0, epoch: 0);
        _box.Answer();
        Assert.Equal((0, 0), (delivery.Releasing, delivery.Unsettled));
        Assert.Empty(_rig.Settlements.All);
        delivery.TryAccept(DeliveryRig.Message(1, epoch: 1)); // it came back
        await Until.TrueAsync(() => delivery.Resting == 1, "its letter rests");
        delivery.Release("bench.rec", 0, epoch: 1);
        Assert.Equal((0, 0), (delivery.Releasing, delivery.Unsettled));
    }

    [Fact]
    public async Task Leave_the_order_of_a_subscription_and_its_lanes_as_they_are()
    {
        _rig.Endpoint.Hold();
        var delivery = Open(""" "order":"partition",""", window: 1);
        Assert.Equal(Acceptance.Taken, delivery.Offer(DeliveryRig.Message(1)));
        Assert.Equal(Acceptance.Taken, delivery.Offer(DeliveryRig.Message(2)));
        Assert.Equal(Acceptance.LaneFull, delivery.Offer(DeliveryRig.Message(3)));
        Assert.Equal(Acceptance.Taken, delivery.Offer(DeliveryRig.Message(4, partition: 1)));
        _rig.Endpoint.Release();
        await _rig.Settlements.WhenAsync(3);
    }

    [Fact]
    public async Task A_stop_waits_for_letters_under_way_and_leaves_those_that_rest_to_the_next_owner()
    {
        _box.Fault = "away";
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => delivery.Resting == 1, "a letter rests");
        (_box.Fault, _box.Holds) = (null, true);
        delivery.TryAccept(DeliveryRig.Message(2));
        await Until.TrueAsync(() => _box.Waiting == 1, "a letter is under way");
        var drained = delivery.DrainAsync(CancellationToken.None);
        Assert.False(drained.IsCompleted);
        _box.Answer();
        await drained;
        Assert.Equal(2, Assert.Single(_rig.Settlements.All).Message.Offset);
    }

    [Fact]
    public async Task At_the_end_of_patience_letters_under_way_are_left_unsettled()
    {
        _box.Holds = true;
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => _box.Waiting == 1, "the letter is under way");
        await delivery.DisposeAsync();
        _box.Answer();
        Assert.Empty(_rig.Settlements.All);
    }

    [Fact]
    public async Task Are_settled_without_a_letter_once_the_subscription_has_no_topic_for_them()
    {
        _box.Fault = "away";
        _rig.Endpoint.Answer = _ => 400;
        var delivery = Open();
        delivery.TryAccept(DeliveryRig.Message(1));
        await Until.TrueAsync(() => delivery.Resting == 1, "a letter rests");
        var (subscription, topic) = Registered("{}");
        delivery.Update(subscription, topic);
        await _rig.Settlements.WhenAsync(1);
        delivery.TryAccept(DeliveryRig.Message(2));
        await _rig.Settlements.WhenAsync(2);
        Assert.Empty(_box.Written);
    }

    [Fact]
    public async Task After_so_many_attempts_a_message_is_given_up()
    {
        _rig.Endpoint.Answer = _ => 500;
        var delivery = Open(""" "maxAttempts":3,""");
        delivery.TryAccept(DeliveryRig.Message(1));
        for (var attempt = 1; attempt < 3; attempt++)
        {
            await _rig.Endpoint.WhenReceivedAsync(attempt);
            await Until.TrueAsync(() => delivery.Resting == 1, "it rests");
            _clock.Advance(TimeSpan.FromSeconds(61));
        }

        await _rig.Settlements.WhenAsync(1);
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
        var account = LetterAccount.Read(Assert.Single(_box.Written).Letter.Headers)!;
        Assert.Equal((3, 500, "status 500, at the last of 3 attempts"), (account.Attempts, account.Status, account.Reason));
    }

    [Fact]
    public async Task Each_message_of_a_batch_has_its_own_letter_and_the_poisonous_one_alone_when_the_batch_is_split()
    {
        _rig.Endpoint.Answer = request => request.Numbers().Contains(2) ? 400 : 200;
        var whole = Open(""" "maxAttempts":1,""", batchSize: 3);
        foreach (var number in (int[])[1, 2, 3]) whole.TryAccept(DeliveryRig.Message(number));
        await _rig.Settlements.WhenAsync(3);
        Assert.Equal(3, _box.Written.Count);
        var split = Open(""" "batch":{"split":true},""", batchSize: 3);
        foreach (var number in (int[])[1, 2, 3]) split.TryAccept(DeliveryRig.Message(number));
        await _rig.Settlements.WhenAsync(6);
        Assert.Equal(2, LetterAccount.Read(_box.Written.Skip(3).Single().Letter.Headers)!.Offset);
    }

    private static Message Unreadable(int offset) => new()
    {
        Id = "",
        KafkaTopic = "bench.rec",
        Partition = 0,
        Offset = offset,
        Epoch = 0,
        PublishedMs = 0,
        Body = new byte[] { 0, 255 },
        Record = new() { Value = [0, 255] },
        Fault = "no schema",
    };

    private ISubscriptionDelivery Open(string extensions = "", int window = 100, int batchSize = 0)
    {
        var (subscription, topic) = Registered($$$"""{ {{{extensions}}} "deadLetter":{"topic":"letters"}}""", window, batchSize);
        return _rig.Engine.Open(subscription, topic, _rig.Settlements, _rig.NoticeRoom);
    }

    private (RegisteredSubscription Subscription, RegisteredTopic Topic) Registered(string extensions, int window = 100, int batchSize = 0)
    {
        var topic = TopicName.Parse("bench.rec");
        using var metadata = System.Text.Json.JsonDocument.Parse($$"""{"hermesWorkers":{{extensions}}}""");
        var document = new SubscriptionDocument
        {
            TopicName = "bench.rec",
            Name = "plain",
            Endpoint = _rig.Endpoint.Address,
            DeliveryType = batchSize == 0 ? DeliveryTypes.Serial : DeliveryTypes.Batch,
            SubscriptionPolicy = batchSize == 0
                ? new() { Rate = 10_000, InflightSize = window, MessageBackoff = 1000 }
                : new() { BatchSize = batchSize },
            EndpointAddressResolverMetadata = metadata.RootElement.Clone(),
        };
        return (new(new SubscriptionName(topic, "plain"), document, 1, DateTimeOffset.UnixEpoch, 0), new(topic, Recording.Topic, 1, DateTimeOffset.UnixEpoch, 0));
    }
}
