using System.Text;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Operation;

/// <summary>Secrets are nowhere in what a worker tells: logs, errors, metrics, traces, status pages.</summary>
public sealed class Secrets(ZooKeeperFixture zooKeeper)
{
    private const string OfEndpoint = "endpoint-s3cret-41";
    private const string OfZooKeeper = "zookeeper-s3cret-42";
    private const string OfKafka = "kafka-s3cret-43";
    private static readonly string[] All =
    [
        OfEndpoint, OfZooKeeper, OfKafka,
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"billing:{OfEndpoint}")),
    ];

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly string[] Pages = ["/health/live", "/health/ready", "/health/startup", "/status/health", "/status/subscriptions", "/status/prometheus"];

    [Fact]
    public async Task Are_in_nothing_that_a_worker_tells_at_work_and_in_trouble()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        endpoint.Answer = r => r.Text.Contains("\"number\":1", StringComparison.Ordinal) ? 400 : 200;
        await hermes.SubscribeAsync("billing", $"http://billing:{OfEndpoint}@{endpoint.Authority}/");
        await hermes.SubscribeAsync("refused", $"http://billing:{OfEndpoint}@127.0.0.1:1/");
        // Not served: what is wrong with it is told without it.
        await hermes.SubscribeAsync("strange", $"gopher://billing:{OfEndpoint}@{endpoint.Authority}/");
        await using var worker = Start(hermes, collector, kafkaPassword: null);
        using var status = await worker.StatusAsync();
        await hermes.PublishAsync(3);
        await endpoint.WhenReceivedAsync(3, Minute);
        Assert.Contains(endpoint.Requests, r => r.Header("Authorization")?.Contains(All[3], StringComparison.Ordinal) is true); // it is in use
        await worker.WhenSaidAsync("shop.orders$refused");
        await worker.WhenSaidAsync("shop.orders$strange");
        await Until.TrueAsync(() => collector.Spans.Count > 2 && collector.Metrics.Count > 10 && collector.Logs.Count > 2, "the collector got all three", Minute);
        var pages = await ReadAsync(status);
        Assert.Equal(0, await worker.StopAsync());
        ShowsNone(worker.Output, pages, collector);
    }

    [Fact]
    public async Task Are_in_no_error_of_a_broker_that_refuses_them_or_of_settings_that_are_wrong()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("billing", $"http://billing:{OfEndpoint}@127.0.0.1:1/");
        await using (var worker = Start(hermes, collector, OfKafka)) // the emulator knows no SASL
        {
            using var status = await worker.StatusAsync();
            await worker.WhenSaidAsync("Kafka cannot be reached");
            ShowsNone(worker.Output, await ReadAsync(status), collector);
        }
        await using var broken = Start(hermes, collector, OfKafka, ("ZooKeeper:SessionTimeout", "soon"), ("ZooKeeper:User", ""), ("Kafka:Client:sasl.mechanism", "NONE"));
        Assert.Equal(1, await broken.WhenExitedAsync());
        ShowsNone(broken.Output, "", collector);
    }

    private static RunningWorker Start(HermesInstallation hermes, OtlpReceiver collector, string? kafkaPassword, params (string, string)[] more) => RunningWorker.Start("Hermes.Worker.Consumer", hermes,
    [
        ("Status:Listen", "127.0.0.1:0"), ("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:Otlp:Logs", "true"), ("Telemetry:TraceRatio", "1"),
        ("Logging:LogLevel:Default", "Debug"), ("ZooKeeper:User", "hermes"), ("ZooKeeper:Password", OfZooKeeper),
        .. kafkaPassword is null ? [] : new[] { ("Kafka:Client:security.protocol", "sasl_plaintext"), ("Kafka:Client:sasl.mechanism", "PLAIN"), ("Kafka:Client:sasl.username", "hermes"), ("Kafka:Client:sasl.password", kafkaPassword) },
        .. more,
    ], new Dictionary<string, string?>(StringComparer.Ordinal) { ["OTEL_METRIC_EXPORT_INTERVAL"] = "500", ["OTEL_BSP_SCHEDULE_DELAY"] = "200" });

    private static async Task<string> ReadAsync(StatusReader status)
    {
        var pages = new StringBuilder();
        foreach (var page in Pages)
            pages.AppendLine((await status.ReadAsync(page)).Text);
        return pages.ToString();
    }

    private static void ShowsNone(string output, string pages, OtlpReceiver collector)
    {
        foreach (var secret in All)
        {
            Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, pages, StringComparison.Ordinal);
            Assert.DoesNotContain(collector.Bodies, b => b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0);
        }
    }
}
