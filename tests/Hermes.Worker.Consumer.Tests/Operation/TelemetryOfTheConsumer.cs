using System.Net;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Operation;

/// <summary>What the consumer tells of its work: to a collector, and to Prometheus.</summary>
public sealed class TelemetryOfTheConsumer(ZooKeeperFixture zooKeeper)
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Publisher = $"00-{TraceId}-b7ad6b7169203331-01";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_trace_goes_on_from_the_publisher_to_the_delivery_and_metrics_and_logs_reach_the_collector()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start("Hermes.Worker.Consumer", hermes,
            [("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:Otlp:Logs", "true"), ("Logging:Console:FormatterName", "json")],
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=proof",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            });
        await hermes.PublishAsync(1, headers: [new("traceparent", Publisher)]);
        var request = Assert.Single(await endpoint.WhenReceivedAsync(1, Minute));
        Assert.Equal(Publisher, request.Header("traceparent")); // by the contract: the publisher's own header, as it was

        await Until.TrueAsync(() => collector.Spans.Any(s => s.TraceId == TraceId), "the delivery's span reached the collector", Minute);
        var span = collector.Spans.First(s => s.TraceId == TraceId);
        Assert.Equal(("hermes-consumer", "Hermes.Delivery", "deliver shop.orders", "b7ad6b7169203331"), (span.Service, span.Source, span.Name, span.ParentId));
        Assert.Equal(("shop.orders$billing", "200"), (span.Attributes["hermes.subscription"], span.Attributes["http.response.status_code"]));
        Assert.Equal(("proof", "hermes", "dc"), (span.Resource["deployment.environment.name"], span.Resource["service.namespace"], span.Resource["hermes.datacenter"]));

        string[] expected = ["hermes.delivery.messages", "messaging.client.consumed.messages", "messaging.process.duration", "hermes.consumer.subscriptions.serving", "hermes.worker.live", "dotnet.gc.collections"];
        await Until.TrueAsync(() => !expected.Except(collector.Metrics, StringComparer.Ordinal).Any(), $"the metrics reached the collector: {string.Join(", ", expected)}", Minute);
        await Until.TrueAsync(() => collector.Logs.Any(l => l.Contains("Serves shop.orders$billing", StringComparison.Ordinal)), "the log reached the collector", Minute);
        Assert.Contains("\"EventId\":2120", worker.Output, StringComparison.Ordinal); // the console's JSON
    }

    [Fact]
    public async Task The_span_of_the_delivery_goes_along_where_that_is_asked_for()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start("Hermes.Worker.Consumer", hermes,
            ("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:PropagateTrace", "true"));
        await hermes.PublishAsync(1, headers: [new("traceparent", Publisher)]);
        var sent = Assert.Single(await endpoint.WhenReceivedAsync(1, Minute)).Header("traceparent");
        Assert.StartsWith($"00-{TraceId}-", sent, StringComparison.Ordinal);
        Assert.NotEqual(Publisher, sent);
    }

    [Fact]
    public async Task Prometheus_finds_the_names_that_Hermess_management_queries()
    {
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("bill_ing", endpoint.Address);
        await using var worker = RunningWorker.Start("Hermes.Worker.Consumer", hermes, ("Status:Listen", "127.0.0.1:0"));
        using var status = await worker.StatusAsync();
        endpoint.Script(503, 400);
        await hermes.PublishAsync(10);
        await endpoint.WhenReceivedAsync(11, Minute); // one of them twice
        var labels = """{group="shop",topic="orders",subscription="bill_ing"}""";
        await Until.TrueAsync(async () => (await PageAsync(status)).Contains($"hermes_consumers_subscription_delivered_total{labels} 9", StringComparison.Ordinal), "nine deliveries are counted");
        var page = await PageAsync(status);
        foreach (var (name, value) in new[] { ("discarded", 1), ("retries", 1), ("failures", 2), ("timeouts", 0), ("other_errors", 0), ("filtered_out", 0), ("batches", 0) })
            Assert.Contains($"hermes_consumers_subscription_{name}_total{labels} {value}\n", page, StringComparison.Ordinal);
        Assert.Contains($"hermes_consumers_subscription_throughput_bytes_total{labels} ", page, StringComparison.Ordinal);
        Assert.Contains("""hermes_consumers_subscription_http_status_codes_total{group="shop",topic="orders",subscription="bill_ing",status_code="200"} 9""", page, StringComparison.Ordinal);
        Assert.Contains("""hermes_consumers_subscription_http_status_codes_total{group="shop",topic="orders",subscription="bill_ing",status_code="503"} 1""", page, StringComparison.Ordinal);
        Assert.Contains($"hermes_consumers_subscription_latency_seconds_count{labels} 11", page, StringComparison.Ordinal);
        Assert.Contains($"hermes_consumers_subscription_inflight{labels} 0", page, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync(StatusReader status)
    {
        var (code, text) = await status.ReadAsync("/status/prometheus");
        Assert.Equal(HttpStatusCode.OK, code);
        return text;
    }
}
