using System.Diagnostics.Metrics;
using System.Text;
using Hermes.Shared.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Shared.Tests.Telemetry;

/// <summary>How measurements look at <c>/status/prometheus</c>.</summary>
public sealed class PrometheusExporterTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Hermess_own_names_are_shown_as_Micrometer_shows_them()
    {
        using var exporter = new PrometheusExporter(Meters, isHermesConsumer: true, _clock);
        var meter = Meters.Create(HermesMeter.Name);
        KeyValuePair<string, object?>[] labels = [new("group", "pl.allegro"), new("topic", "orders_new"), new("subscription", "bill\"ing")];
        meter.CreateObservableCounter("subscription.other-errors", () => new Measurement<long>(3, labels));
        meter.CreateObservableCounter("subscription.http-status-codes", () => new Measurement<long>(2, [.. labels, new("status_code", 503)]));
        meter.CreateObservableGauge("subscription.inflight", () => new Measurement<long>(7, labels));
        var latency = meter.CreateHistogram<double>("subscription.latency", "s");
        for (var i = 1; i <= 1000; i++)
            latency.Record(i / 1000.0, labels);
        meter.CreateHistogram<double>("subscription.inflight-time-seconds", "s").Record(1.5, labels);
        var lines = Lines(exporter);
        const string All = """group="pl.allegro",topic="orders_new",subscription="bill\"ing" """;
        var shown = All.Trim();
        Assert.Contains($$"""hermes_consumers_subscription_other_errors_total{{{shown}}} 3""", lines);
        Assert.Contains($$"""hermes_consumers_subscription_http_status_codes_total{{{shown}},status_code="503"} 2""", lines);
        Assert.Contains($$"""hermes_consumers_subscription_inflight{{{shown}}} 7""", lines);
        Assert.Contains("# TYPE hermes_consumers_subscription_latency_seconds summary", lines);
        Assert.Contains($$"""hermes_consumers_subscription_latency_seconds_count{{{shown}}} 1000""", lines);
        Assert.InRange(Value(lines, $$"""hermes_consumers_subscription_latency_seconds{{{shown}},quantile="0.5"}"""), 0.5, 0.8);
        Assert.InRange(Value(lines, $$"""hermes_consumers_subscription_latency_seconds{{{shown}},quantile="0.999"}"""), 0.999, 1.6);
        Assert.Contains($$"""hermes_consumers_subscription_inflight_time_seconds_sum{{{shown}}} 1.5""", lines);
    }

    [Fact]
    public void Our_own_names_follow_OpenTelemetry()
    {
        using var exporter = new PrometheusExporter(Meters, isHermesConsumer: false, _clock);
        var meter = Meters.Create("Hermes.Test");
        meter.CreateCounter<long>("hermes.test.messages", "{message}", "Counted.").Add(2, new KeyValuePair<string, object?>("hermes.outcome", "delivered"));
        meter.CreateHistogram<double>("hermes.test.duration", "s").Record(0.3);
        var working = meter.CreateUpDownCounter<long>("hermes.test.working");
        working.Add(5);
        working.Add(-2);
        Meters.Create(HermesMeter.Name).CreateObservableCounter("subscription.delivered", () => 1L);
        Meters.Create("Elsewhere").CreateCounter<long>("elsewhere").Add(1);
        var lines = Lines(exporter);
        Assert.Contains("# HELP hermes_test_messages_total Counted.", lines);
        Assert.Contains("""hermes_test_messages_total{hermes_outcome="delivered"} 2""", lines);
        Assert.Contains("""hermes_test_duration_seconds_bucket{le="0.25"} 0""", lines);
        Assert.Contains("""hermes_test_duration_seconds_bucket{le="0.5"} 1""", lines);
        Assert.Contains("""hermes_test_duration_seconds_bucket{le="+Inf"} 1""", lines);
        Assert.Contains("hermes_test_working 3", lines);
        Assert.DoesNotContain(lines, l => l.Contains("elsewhere", StringComparison.Ordinal) || l.Contains("hermes_consumers", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_longer_observed_is_gone_and_what_is_told_twice_is_added()
    {
        using var exporter = new PrometheusExporter(Meters, isHermesConsumer: false, _clock);
        List<Measurement<long>> told = [new(1, new KeyValuePair<string, object?>("s", "a")), new(2, new KeyValuePair<string, object?>("s", "a")), new(4, new KeyValuePair<string, object?>("s", "b"))];
        Meters.Create("Hermes.Test").CreateObservableGauge("hermes.test.seen", () => told);
        Assert.Equal(["""hermes_test_seen{s="a"} 3""", """hermes_test_seen{s="b"} 4"""], Lines(exporter).Where(l => l.StartsWith("hermes_test", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        told.RemoveAt(2);
        Assert.Equal("""hermes_test_seen{s="a"} 3""", Assert.Single(Lines(exporter), l => l.StartsWith("hermes_test", StringComparison.Ordinal)));
    }

    [Fact]
    public void Quantiles_are_of_the_last_minutes_and_counts_of_the_whole_life()
    {
        using var exporter = new PrometheusExporter(Meters, isHermesConsumer: true, _clock);
        var latency = Meters.Create(HermesMeter.Name).CreateHistogram<double>("subscription.latency", "s");
        latency.Record(10);
        Assert.InRange(Median(exporter), 9, 16);
        for (var i = 0; i < 2; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Lines(exporter);
        }
        latency.Record(0.01);
        Assert.InRange(Median(exporter), 0.009, 0.02);
        Assert.Contains("hermes_consumers_subscription_latency_seconds_count 2", Lines(exporter));
    }

    [Fact]
    public void A_measurement_allocates_nothing()
    {
        using var exporter = new PrometheusExporter(Meters, isHermesConsumer: true, _clock);
        var latency = Meters.Create(HermesMeter.Name).CreateHistogram<double>("subscription.latency", "s");
        KeyValuePair<string, object?>[] labels = [new("group", "g"), new("topic", "t"), new("subscription", "s")];
        for (var i = 0; i < 1000; i++)
            latency.Record(0.1, labels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            latency.Record(0.1, labels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private static double Median(PrometheusExporter exporter) => Value(Lines(exporter), """hermes_consumers_subscription_latency_seconds{quantile="0.5"}""");

    private static double Value(string[] lines, string series) =>
        double.Parse(Assert.Single(lines, l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Lines(PrometheusExporter exporter) => Encoding.UTF8.GetString(exporter.Render().Body.Span).Split('\n');
}
