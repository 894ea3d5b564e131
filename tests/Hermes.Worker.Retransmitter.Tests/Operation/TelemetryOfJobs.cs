using Hermes.Shared.Jobs;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Retransmitter.Tests.Jobs;

namespace Hermes.Worker.Retransmitter.Tests.Operation;

/// <summary>What a retransmitter tells a collector of its jobs.</summary>
public sealed class TelemetryOfJobs(ZooKeeperFixture zooKeeper)
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Publisher = $"00-{TraceId}-b7ad6b7169203331-01";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Each_attempt_at_a_job_has_a_span_and_so_has_each_message_of_a_replay_in_its_publishers_trace()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        var jobs = new JobSite(hermes);
        var billing = await hermes.SubscribeAsync("billing", endpoint.Address);
        var time = TimeProvider.System.GetUtcNow();
        await hermes.PublishAsync(1, time, new KeyValuePair<string, string>("traceparent", Publisher));
        await using var worker = RunningWorker.Start(JobSite.Worker, hermes,
            [("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "HttpProtobuf"), ("Telemetry:TraceRatio", "1")],
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["OTEL_BSP_SCHEDULE_DELAY"] = "200" });
        var replay = await jobs.AskAsync(JobSite.Replay(billing, time, time));
        await jobs.EndAsync(replay, worker);
        var rewind = await jobs.AskAsync(billing, time);
        await jobs.EndAsync(rewind, worker);
        var refused = await jobs.AskAsync(JobSite.Rewind(new(HermesInstallation.Topic, "nobody"), new() { Time = time }));
        await jobs.EndAsync(refused, worker);

        foreach (var (id, mode, phase) in new[] { (replay, JobModes.Replay, JobPhases.Completed), (rewind, JobModes.Rewind, JobPhases.Completed), (refused, JobModes.Rewind, JobPhases.Refused) })
        {
            ReceivedSpan? span = null;
            await Until.TrueAsync(() => (span = collector.Spans.FirstOrDefault(s => s.Attributes.GetValueOrDefault("hermes.job") == id && s.Attributes.GetValueOrDefault("hermes.job.phase") == phase)) is not null,
                $"the span of job {id} at its end as {phase}; there are {string.Join('\n', collector.Spans)}", Minute);
            Assert.Equal(("hermes-retransmitter", "Hermes.Retransmitter", "work on job", ""), (span!.Service, span.Source, span.Name, span.ParentId));
            Assert.Equal((mode, id == refused ? "shop.orders$nobody" : "shop.orders$billing"), (span.Attributes["hermes.job.mode"], span.Attributes["hermes.subscription"]));
        }
        await Until.TrueAsync(() => collector.Spans.Any(s => s.TraceId == TraceId), "the span of the replay's delivery", Minute);
        var delivery = collector.Spans.First(s => s.TraceId == TraceId);
        Assert.Equal(("Hermes.Delivery", "deliver shop.orders", "b7ad6b7169203331", "200"), (delivery.Source, delivery.Name, delivery.ParentId, delivery.Attributes["http.response.status_code"]));
        Assert.Equal(Publisher, Assert.Single(endpoint.Requests).Header("traceparent"));
    }
}
