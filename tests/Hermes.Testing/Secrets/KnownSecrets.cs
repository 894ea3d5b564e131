using System.Text;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Otlp;
using Hermes.ZooKeeper;

namespace Hermes.Testing.Secrets;

/// <summary>Secrets that a test gives to a process, and the search for them in all that it tells: log, errors, metrics, traces, pages.</summary>
public static class KnownSecrets
{
    public const string OfEndpoint = "endpoint-s3cret-41";
    public const string OfZooKeeper = "zookeeper-s3cret-42";
    public const string OfKafka = "kafka-s3cret-43";
    public const string OfSchemas = "schemas-s3cret-44";

    /// <summary>Base64 of 32 bytes, as Standard Webhooks wants it.</summary>
    public const string OfSigning = "c2lnbmluZy1zM2NyZXQtNDUtb2YtMzItYnl0ZXMtLS0=";

    /// <summary>What stands before the host of an endpoint.</summary>
    public const string Credentials = $"billing:{OfEndpoint}";

    /// <summary>The endpoint's as a request carries it.</summary>
    public static string BasicAuthentication { get; } = Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));

    private static readonly string[] All = [OfEndpoint, OfZooKeeper, OfKafka, OfSchemas, OfSigning, BasicAuthentication];

    private static readonly string[] Pages = ["/health/live", "/health/ready", "/health/startup", "/status/health", "/status/subscriptions", "/status/prometheus"];

    /// <summary>Settings that make a client of Kafka ask with a password, which the emulator refuses: it knows no SASL.</summary>
    public static IReadOnlyList<(string Name, string Value)> WithKafkasPassword { get; } =
    [
        ("Kafka:Client:security.protocol", "sasl_plaintext"), ("Kafka:Client:sasl.mechanism", "PLAIN"), ("Kafka:Client:sasl.username", "hermes"), ("Kafka:Client:sasl.password", OfKafka),
    ];

    /// <summary>Starts a worker that has them, tells all that it can, and sends it to a collector.</summary>
    public static RunningWorker Start(string assembly, HermesInstallation hermes, OtlpReceiver collector, params IEnumerable<(string Name, string Value)> settings) => RunningWorker.Start(assembly, hermes,
    [
        ("Status:Listen", "127.0.0.1:0"), ("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:Otlp:Logs", "true"), ("Telemetry:TraceRatio", "1"),
        ("Logging:LogLevel:Default", "Debug"), ("ZooKeeper:User", "hermes"), ("ZooKeeper:Password", OfZooKeeper), .. settings,
    ], new Dictionary<string, string?>(StringComparer.Ordinal) { ["OTEL_METRIC_EXPORT_INTERVAL"] = "500", ["OTEL_BSP_SCHEDULE_DELAY"] = "200" });

    /// <summary>A session with the identity of such a worker, whose nodes are for it alone.</summary>
    public static ZooKeeperClient Connect(string servers) => ZooKeeperClient.Start(new() { ConnectionString = servers, Digest = [new("hermes", OfZooKeeper)] });

    /// <summary>Waits until the collector has spans, metrics and log lines, in which there is something to search.</summary>
    public static Task WhenToldAsync(OtlpReceiver collector) => Until.TrueAsync(
        () => collector.Spans.Count > 2 && collector.Metrics.Count > 10 && collector.Logs.Count > 2, "the collector got all three", TimeSpan.FromMinutes(1));

    /// <summary>All status pages of a worker.</summary>
    public static async Task<string> ReadPagesAsync(StatusReader status)
    {
        var pages = new StringBuilder();
        foreach (var page in Pages)
            pages.AppendLine((await status.ReadAsync(page)).Text);
        return pages.ToString();
    }

    /// <summary>Demands that none of them is in what a process wrote, nor in what a collector got from it.</summary>
    public static void AreNotIn(string text, OtlpReceiver? collector = null) => Assert.All(All, secret =>
    {
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        if (collector is not null)
            Assert.DoesNotContain(collector.Bodies, b => b.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0);
    });
}
