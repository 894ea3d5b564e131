using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests.Batches;

/// <summary>What an endpoint's answers do to a batch, with a clock that only the test moves.</summary>
public sealed class BatchAttempts : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(302)]
    [InlineData(0)]
    public async Task A_failed_batch_is_sent_again_whole_with_its_id_and_the_count_of_attempts(int status)
    {
        _rig.Endpoint.Script(status == 0 ? ScriptedAnswer.Reset : status, 500, 200);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(backoff: DeliveryRig.Backoff(200)));
        await delivery.AcceptAsync(1, 2, 3);
        for (var attempt = 1; attempt < 3; attempt++)
        {
            await Until.TrueAsync(() => delivery.Resting == 3, "the batch rests");
            _clock.Advance(TimeSpan.FromMilliseconds(199));
            Assert.Equal(3, delivery.Resting);
            _clock.Advance(TimeSpan.FromMilliseconds(2));
            await _rig.Endpoint.WhenReceivedAsync(attempt + 1);
        }

        Assert.All(await _rig.Settlements.WhenAsync(3), end => Assert.Equal(Settlement.Delivered, end.Settlement));
        var requests = _rig.Endpoint.Requests;
        Assert.Equal(["0", "1", "2"], requests.Select(request => request.Header("Hermes-Retry-Count")));
        Assert.Single(requests.Select(request => request.BatchId()).Distinct());
        Assert.All(requests, request => Assert.Equal([1, 2, 3], request.Numbers()));
    }

    [Fact]
    public async Task Retry_After_is_not_read()
    {
        _rig.Endpoint.Script(ScriptedAnswer.RetryAfter(503, "30"));
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 1, backoff: DeliveryRig.Backoff(200)));
        await delivery.AcceptAsync(1);
        await Until.TrueAsync(() => delivery.Resting == 1, "the batch rests");
        _clock.Advance(TimeSpan.FromMilliseconds(201));
        await _rig.Settlements.WhenAsync(1);
    }

    [Fact]
    public async Task A_batch_refused_for_good_is_discarded_message_by_message_and_the_next_one_goes()
    {
        _rig.Endpoint.Script(400);
        await _rig.OpenBatches(_rig.BatchPlan(size: 2)).AcceptAsync(1, 2, 3, 4);
        var settled = await _rig.Settlements.WhenAsync(4);
        Assert.Equal([1, 2], settled.Where(end => end.Settlement == Settlement.Discarded("status 400", 1, 400)).Select(end => end.Message.Offset));
        Assert.Equal([3, 4], settled.Where(end => end.Settlement == Settlement.Delivered).Select(end => end.Message.Offset));
        Assert.Contains(_rig.Log.GetSnapshot(), line => line.Message.Contains("discarded message id-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_errors_are_retried_where_the_subscription_wants_it()
    {
        _rig.Endpoint.Script(404);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 1, retryClientErrors: true));
        await delivery.AcceptAsync(1);
        await Until.TrueAsync(() => delivery.Resting == 1, "the batch rests");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
    }

    [Fact]
    public async Task Is_given_up_when_no_further_attempt_fits_into_the_time_to_live_since_the_first()
    {
        _rig.Endpoint.Answer = static _ => 500;
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 2, seconds: 100, backoff: DeliveryRig.Backoff(400, ttlSeconds: 1)));
        await delivery.AcceptAsync(1);
        await Until.TrueAsync(() => delivery.Unsettled == 1, "it is accepted");
        _clock.Advance(TimeSpan.FromSeconds(99)); // in assembly; this is no part of the time to live
        await delivery.AcceptAsync(2);
        for (var attempt = 1; attempt < 3; attempt++)
        {
            await _rig.Endpoint.WhenReceivedAsync(attempt);
            await Until.TrueAsync(() => delivery.Resting == 2, "the batch rests");
            _clock.Advance(TimeSpan.FromMilliseconds(401));
        }

        var settled = await _rig.Settlements.WhenAsync(2);
        Assert.All(settled, end => Assert.Contains("no time to live is left after 3 attempts", end.Settlement.Reason!, StringComparison.Ordinal));
        Assert.Equal(3, _rig.Endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_time_to_live_of_nothing_means_one_attempt()
    {
        _rig.Endpoint.Answer = static _ => 500;
        await _rig.OpenBatches(_rig.BatchPlan(size: 1, backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).AcceptAsync(1);
        Assert.Equal(SettlementKind.Discarded, (await _rig.Settlements.WhenAsync(1))[0].Settlement.Kind);
        Assert.Single(_rig.Endpoint.Requests);
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_is_cut_off_and_tried_again()
    {
        _rig.Endpoint.Script(ScriptedAnswer.Never);
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 1, timeout: TimeSpan.FromSeconds(30)));
        await delivery.AcceptAsync(1);
        await _rig.Endpoint.WhenReceivedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, delivery.Resting);
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        await Until.TrueAsync(() => delivery.Resting == 1, "the batch rests");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Settlement.Delivered, (await _rig.Settlements.WhenAsync(1))[0].Settlement);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(13)]
    public async Task A_refused_batch_is_split_down_to_the_poisonous_message(int poison)
    {
        _rig.Endpoint.Answer = request => request.Numbers().Contains(poison) ? 400 : 200;
        var delivery = _rig.OpenBatches(_rig.BatchPlan(size: 13, split: true));
        await delivery.AcceptAsync(Enumerable.Range(1, 26));
        await Until.TrueAsync(() => delivery.Unsettled == 0, "all is settled");
        var settled = _rig.Settlements.All;
        Assert.Equal(Settlement.Discarded("status 400", 1, 400), settled.Single(end => end.Message.Offset == poison).Settlement);
        Assert.Equal(25, settled.Count(end => end.Settlement == Settlement.Delivered));
        Assert.Equal(Enumerable.Range(1, 26).Except([poison]),
            _rig.Endpoint.Requests.Where(request => !request.Numbers().Contains(poison)).SelectMany(request => request.Numbers())); // in order
        var ids = _rig.Endpoint.Requests.Select(request => request.BatchId()).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count); // each part is a batch of its own
        Assert.InRange(_rig.Endpoint.Requests.Count, 2, 2 + (2 * 4));
    }

    [Fact]
    public async Task All_messages_may_be_poisonous()
    {
        _rig.Endpoint.Answer = _ => 422;
        await _rig.OpenBatches(_rig.BatchPlan(size: 5, split: true)).AcceptAsync(1, 2, 3, 4, 5);
        var settled = await _rig.Settlements.WhenAsync(5);
        Assert.All(settled, end => Assert.Equal(Settlement.Discarded("status 422", 1, 422), end.Settlement));
        Assert.Equal([1, 2, 3, 4, 5], settled.Select(end => end.Message.Offset));
    }
}
