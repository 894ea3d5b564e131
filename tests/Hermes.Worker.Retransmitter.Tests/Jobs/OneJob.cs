using System.Diagnostics.Metrics;
using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;
using Hermes.Shared.Schemas;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Worker.Retransmitter.Jobs;
using Hermes.Worker.Retransmitter.Replaying;
using Hermes.Worker.Retransmitter.Telemetry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>What a retransmitter does for one job, in the test's process, over a session that the test has in its hands.</summary>
internal static class OneJob
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Carries the job to its end.</summary>
    public static async Task RunAsync(HermesInstallation hermes, IZooKeeper session, string id, TimeSpan? orderPatience = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var clients = new KafkaClients(hermes.Kafka);
        using var kafka = new KafkaAdministration(clients);
        using var nudge = new Nudge();
        using var threads = new IntakeThreads(1, NullLoggerFactory.Instance, TimeProvider.System);
        var meters = services.GetRequiredService<IMeterFactory>();
        await using var engine = new DeliveryEngine(new() { AllowLoopback = true }, meters, NullLoggerFactory.Instance, TimeProvider.System);
        var options = new RetransmitterOptions { LookInterval = TimeSpan.FromMilliseconds(50), CheckpointInterval = TimeSpan.FromMilliseconds(100), OrderPatience = orderPatience ?? new RetransmitterOptions().OrderPatience };
        var metrics = new RetransmitterMetrics(meters);
        var registry = new RegistryReader(session, hermes.Paths);
        var rewinds = new RewindPlanner(kafka, hermes.Names);
        var schemas = new SchemaSettings();
        await using var store = new SchemaStore(new(schemas, hermes.Kafka), schemas, meters, NullLogger<SchemaStore>.Instance, TimeProvider.System);
        var replays = new Replays(threads, new(store, hermes.Names, new()), new(meters), engine, clients, hermes.Names, registry, options, metrics, NullLogger<Replays>.Instance, TimeProvider.System);
        var runner = new JobRunner(
            session, new(hermes.Paths), hermes.Paths, kafka, hermes.Kafka, hermes.Names, new(registry, rewinds, new(rewinds, kafka)), replays, new HermesSettings(), options, metrics,
            NullLogger<JobRunner>.Instance, TimeProvider.System);
        // A claim of one that died may not be gone yet.
        await Until.TrueAsync(async () =>
        {
            await runner.RunAsync(id, hasItsTurn: true, nudge, cancellation);
            return await hermes.ZooKeeper.TryGetAsync(new JobPaths(hermes.Paths).Status(id), cancellation) is { } status
                && JobPhases.IsFinal(JobJson.ReadStatus(status.Data.Span).Phase);
        }, "the job's end", Limit);
    }
}
