using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hermes.Testing;
using Hermes.Testing.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Delivery.Tests;

/// <summary>What the operator sees.</summary>
public sealed class DeliveryTelemetry : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new();
    private DeliveryRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await DeliveryRig.StartAsync(_clock);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Each_message_is_counted_by_its_end()
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meter) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _rig.Meters) && instrument.Name is "hermes.delivery.messages") meter.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            lock (counted)
            {
                var outcome = (string)tags.ToArray().Single(tag => tag.Key is "hermes.outcome").Value!;
                counted[outcome] = counted.GetValueOrDefault(outcome) + count;
            }
        });
        listener.Start();
        _rig.Endpoint.Script(200, 400, 200);
        var delivery = _rig.Open(_rig.Plan(window: 1));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(delivery.TryAccept(DeliveryRig.Message(i)));
            await Until.TrueAsync(() => delivery.Unsettled == 0, "the message is settled");
        }

        listener.RecordObservableInstruments();

        Assert.Equal(2, counted["delivered"]);
        Assert.Equal(1, counted["discarded"]);
    }

    [Fact]
    public async Task Open_connections_are_counted_by_where_they_lead_until_they_close()
    {
        var counts = new Dictionary<object, int>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meter) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, _rig.Meters) && instrument.Name is "hermes.delivery.connections") meter.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((_, count, tags, _) => counts[$"{tags.ToArray()[0].Value}:{tags.ToArray()[1].Value}"] = count);
        listener.Start();
        await using (var endpoint = await HttpEndpoint.StartAsync())
        {
            endpoint.Hold();
            var delivery = _rig.Open(_rig.Plan(address: endpoint.Address, window: 2));
            Assert.True(delivery.TryAccept(DeliveryRig.Message(0)));
            Assert.True(delivery.TryAccept(DeliveryRig.Message(1)));
            await endpoint.WhenReceivedAsync(2);
            listener.RecordObservableInstruments();
            Assert.Equal(new Dictionary<object, int> { [endpoint.Authority] = 2 }, counts);
            endpoint.Release();
        }
        // Its end closes what is idle.
        await Until.TrueAsync(() =>
        {
            counts.Clear();
            listener.RecordObservableInstruments();
            return counts.Count == 0;
        }, "no connection is left");
    }

    [Fact]
    public async Task A_failing_endpoint_is_named_once_and_so_is_its_recovery()
    {
        _rig.Endpoint.Script(503, 503, 503, 200);
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(1));
        for (var i = 0; i < 3; i++)
        {
            await Until.TrueAsync(() => delivery.Resting == 1, "the message rests");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await _rig.Settlements.WhenAsync(1);
        await Until.TrueAsync(() => delivery.Unsettled == 0, "the message is settled");
        Assert.Equal([2000, 2002, 2003], _rig.Log.GetSnapshot().Select(line => line.Id.Id).Where(id => id != 2020)); // but for the pace
    }

    [Fact]
    public async Task Many_discards_make_one_line_a_second_and_the_next_line_counts_the_others()
    {
        _rig.Endpoint.Answer = static _ => 400;
        var delivery = _rig.Open(_rig.Plan());
        for (var i = 0; i < 10; i++) delivery.TryAccept(DeliveryRig.Message(i));
        await _rig.Settlements.WhenAsync(10);
        await Until.TrueAsync(() => delivery.Unsettled == 0, "all are settled");
        _clock.Advance(TimeSpan.FromSeconds(2));
        delivery.TryAccept(DeliveryRig.Message(10));
        await Until.TrueAsync(() => delivery.Unsettled == 0, "the last is settled");
        var lines = _rig.Log.GetSnapshot().Where(line => line.Id.Id == 2004).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains("9 more", lines[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_throws_is_logged_and_delivery_goes_on()
    {
        var delivery = _rig.Engine.Open(_rig.Plan(), new BrokenLedger(), () => { });
        delivery.TryAccept(DeliveryRig.Message(1));
        delivery.TryAccept(DeliveryRig.Message(2));
        await Until.TrueAsync(() => delivery.Unsettled == 0, "both are done with");
        Assert.Equal(2, _rig.Log.GetSnapshot().Count(line => line.Level is LogLevel.Error));
    }

    [Fact]
    public async Task An_attempt_is_a_span_of_its_publishers_trace()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Hermes.Delivery",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        const string Publisher = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var delivery = _rig.Open(_rig.Plan());
        delivery.TryAccept(DeliveryRig.Message(987_654, metadata: new KeyValuePair<string, string>("traceparent", Publisher)));
        await _rig.Settlements.WhenAsync(1);
        Assert.Equal(Publisher, _rig.Endpoint.Requests[0].Header("traceparent")); // the publisher's, not one of ours
        await Until.TrueAsync(() => Span() is not null, "the span ended");
        Assert.Equal("deliver bench.rec", Span()!.DisplayName);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Span()!.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", Span()!.ParentSpanId.ToHexString());

        Activity? Span()
        {
            lock (spans) return spans.Find(span => span.GetTagItem("messaging.message.id") is "id-987654");
        }
    }

    private sealed class BrokenLedger : ISettlements
    {
        public void Settled(Message message, Settlement settlement) => throw new InvalidOperationException("broken");
    }
}
