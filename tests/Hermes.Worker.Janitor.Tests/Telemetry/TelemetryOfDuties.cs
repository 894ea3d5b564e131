using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Telemetry;

/// <summary>What a janitor tells a collector of its duties.</summary>
public sealed class TelemetryOfDuties(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string)[] Often =
        [.. new[] { "Tasks", "Tombstones", "Inactive", "KeepAlive" }.Select(duty => ($"Janitor:{duty}Schedule", "00:00:00.500"))];

    [Fact]
    public async Task Each_run_of_each_duty_has_a_span_and_one_that_fails_says_so()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await using var janitor = RunningWorker.Start("Hermes.Worker.Janitor", hermes,
            [
                ("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:TraceRatio", "1"),
                .. Often,
            ],
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["OTEL_BSP_SCHEDULE_DELAY"] = "200" });
        foreach (var duty in new[] { "tasks", "tombstones", "inactive", "keep-alive" })
        {
            ReceivedSpan? span = null;
            await Until.TrueAsync(() => (span = collector.Spans.FirstOrDefault(s => s.Name == $"sweep {duty}" && !s.HasFailed)) is not null, $"the span of {duty}:\n{janitor.Output}", Minute);
            Assert.Equal(("hermes-janitor", "Hermes.Janitor"), (span!.Service, span.Source));
            Assert.True(long.Parse(span.Attributes["hermes.fencing_number"], System.Globalization.CultureInfo.InvariantCulture) > 0, "The term's number is missing.");
        }
        // Without any subscription no group is anybody's: the search for abandoned ones refuses to begin.
        await hermes.Registry.DeleteSubscriptionAsync(subscription, TestContext.Current.CancellationToken);
        ReceivedSpan? failed = null;
        await Until.TrueAsync(() => (failed = collector.Spans.FirstOrDefault(s => s.Name == "sweep inactive" && s.HasFailed)) is not null, $"the span of a run that failed:\n{janitor.Output}", Minute);
        Assert.Equal(typeof(InvalidOperationException).FullName, failed!.Attributes["error.type"]);
    }
}
