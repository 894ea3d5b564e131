using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Retransmitter.Jobs;
using Hermes.Worker.Retransmitter.Telemetry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>A retransmitter that dies before and after each of its writes, and another that takes over: the job ends as if
/// nothing had happened.</summary>
public abstract class CrashContract(ZooKeeperFixture zooKeeper, ITestOutputHelper output)
{
    private const int MostWrites = 20;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Without_a_consumer_a_death_at_any_write_changes_nothing_of_the_end()
    {
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var ends = await PublishAsync(hermes);
        await ForEachDeathAsync(hermes, async (jobs, die) =>
        {
            await hermes.Administration.CommitAsync(hermes.Names.ConsumerGroup(subscription), ends);
            var id = await jobs.AskAsync(subscription, new JobTarget { Messages = 3 });
            var status = await die(id);
            Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
            Assert.Equal(ends.Select(e => e.Offset.Value - 3).Order(), (await hermes.CommittedAsync(subscription)).Select(o => o.Offset.Value).Order());
        });
    }

    [Fact]
    public async Task With_a_live_consumer_a_death_at_any_write_repeats_nothing_and_loses_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var consumer = RunningWorker.Start(hermes);
        var ends = await PublishAsync(hermes);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 40, $"the first delivery:\n{consumer.Output}", Minute);
        await ForEachDeathAsync(hermes, async (jobs, die) =>
        {
            await WhenAtEndAsync(hermes, subscription, ends);
            var before = endpoint.Requests.Count;
            var id = await jobs.AskAsync(subscription, new JobTarget { Messages = 3 });
            var status = await die(id);
            Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Acknowledged, p.Moved));
            // An order is obeyed once, whoever of its authors lives: each message comes exactly once more.
            await Until.TrueAsync(() => endpoint.Requests.Count >= before + (3 * ends.Count), $"the second delivery:\n{consumer.Output}", Minute);
            await WhenAtEndAsync(hermes, subscription, ends);
            Assert.Equal(before + (3 * ends.Count), endpoint.Requests.Count);
        });
        Assert.Equal(0, await consumer.StopAsync());
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 2);

    /// <summary>So many that each partition has more than the jobs go back.</summary>
    private static async Task<IReadOnlyList<TopicPartitionOffset>> PublishAsync(HermesInstallation hermes)
    {
        IReadOnlyList<TopicPartitionOffset> ends = [];
        do
        {
            await hermes.PublishAsync(40);
            ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        }
        while (ends.Any(e => e.Offset.Value < 3));
        return ends;
    }

    private static Task WhenAtEndAsync(HermesInstallation hermes, SubscriptionName subscription, IReadOnlyList<TopicPartitionOffset> ends) => Until.TrueAsync(
        async () => !ends.Except(await hermes.CommittedAsync(subscription)).Any(), "the group at the end", Minute);

    private async Task ForEachDeathAsync(HermesInstallation hermes, Func<JobSite, Func<string, Task<JobStatus>>, Task> act)
    {
        var jobs = new JobSite(hermes);
        var deaths = 0;
        foreach (var isAfter in new[] { false, true })
        {
            for (var write = 1; write <= MostWrites; write++)
            {
                var died = false;
                await act(jobs, async id =>
                {
                    died = await LiveAndDieAsync(hermes, id, write, isAfter);
                    await LiveAndDieAsync(hermes, id, int.MaxValue, isAfter);
                    var status = await jobs.WhenEndedAsync(id);
                    Assert.Equal(JobPhases.Completed, status.Phase);
                    await jobs.NothingIsLeftAsync(id);
                    return status;
                });
                if (!died)
                    break; // its whole life has fewer writes
                deaths++;
            }
        }
        output.WriteLine($"{deaths} deaths");
        Assert.InRange(deaths, 6, 2 * MostWrites - 2); // claim, acceptance, finish at least, and never the limit
    }

    /// <returns>Whether it died of the write.</returns>
    private static async Task<bool> LiveAndDieAsync(HermesInstallation hermes, string id, int lethalWrite, bool isAfter)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var mortal = new MortalZooKeeper(ZooKeeperClient.Start(new() { ConnectionString = hermes.ZooKeeperServers }), lethalWrite, isAfter);
        using var kafka = new KafkaAdministration(new KafkaClients(hermes.Kafka));
        using var nudge = new Nudge();
        var runner = new JobRunner(
            mortal, new(hermes.Paths), hermes.Paths, kafka, hermes.Names, new(kafka, hermes.Names), new HermesSettings(),
            new RetransmitterOptions { LookInterval = TimeSpan.FromMilliseconds(50) },
            new RetransmitterMetrics(services.GetRequiredService<IMeterFactory>()), NullLogger<JobRunner>.Instance, TimeProvider.System);
        try
        {
            // A claim of the dead one may not be gone yet.
            await Until.TrueAsync(async () =>
            {
                await runner.RunAsync(id, hasItsTurn: true, nudge, Cancellation);
                return await hermes.ZooKeeper.TryGetAsync(new JobPaths(hermes.Paths).Status(id), Cancellation) is { } status
                    && JobPhases.IsFinal(JobJson.ReadStatus(status.Data.Span).Phase);
            }, "the job's end", Minute);
        }
        catch (Exception) when (mortal.IsDead)
        {
            // As planned.
        }
        return mortal.IsDead;
    }
}
