using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Worker.Retransmitter.Jobs;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter.Replaying;

/// <summary>What all replays of this worker share.</summary>
internal sealed class Replays(
    IntakeThreads threads, RecordReaders readers, ContentMetrics contents, DeliveryEngine engine, KafkaClients kafka, KafkaNames names, RegistryReader registry,
    RetransmitterOptions options, RetransmitterMetrics metrics, ILogger<Replays> logger, TimeProvider clock)
{
    /// <summary>Carries an accepted replay to its end.</summary>
    public async Task RunAsync(ClaimedJob job, JobRequest request, Nudge nudge, Ends ends)
    {
        await using var replay = new Replay(job, request, this, registry, options, clock);
        await replay.RunAsync(nudge, ends);
    }

    /// <summary>Begins to deliver from a checkpoint.</summary>
    public Task<ReplaySession> StartAsync(string job, JobRequest request, RegisteredSubscription subscription, RegisteredTopic topic, ReplayProgress from)
    {
        // The group's own name, so that a broker that asks for rights asks for those of a consumer; it is never joined.
        var client = kafka.Consumer(names.ConsumerGroup(subscription.Name));
        client.EnablePartitionEof = true;
        client.ReadAhead(options.ReadAheadRecords, options.ReadAheadKilobytes);
        client.ClientId = $"{Environment.MachineName}_replay_{job}";
        var reader = readers.Create(subscription, topic);
        var lettersOf = request.Document.Source == JobSources.DeadLetters ? subscription.Name.ToString() : null;
        var intake = new ReplayIntake(job, from, lettersOf, client, new(job, reader, contents, logger, clock), metrics, logger);
        return ReplaySession.StartAsync(threads, engine, subscription, topic, readers, reader, intake);
    }
}
