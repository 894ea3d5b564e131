using Hermes.Shared.Jobs;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>Two brokers, and before each write of a job the other one becomes the leader of all the topic's partitions, and of the
/// groups' offsets, which makes it the group's coordinator: the job ends as on one that stays.</summary>
public sealed class ChangesOfLeader(ZooKeeperFixture zooKeeper, RealKafkaPairFixture brokers) : IClassFixture<RealKafkaPairFixture>
{
    private const int Partitions = 4;
    private const string GroupOffsets = "__consumer_offsets";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_rewind_without_a_consumer_moves_the_offsets()
    {
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(200);
        var ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        await hermes.Administration.CommitAsync(hermes.Names.ConsumerGroup(subscription), ends);

        var status = await RunAsync(hermes, JobSite.Rewind(subscription, new() { Messages = 3 }));

        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
        Assert.Equal(ends.Select(e => (e.Partition.Value, e.Offset.Value - 3)).Order(), (await hermes.CommittedAsync(subscription)).Select(o => (o.Partition.Value, o.Offset.Value)).Order());
    }

    [Fact]
    public async Task A_live_rewind_under_load_delivers_all_from_the_target_on_and_nothing_before_it()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var time = TimeProvider.System.GetUtcNow();
        var before = await hermes.PublishAsync(50, time.AddMilliseconds(-1));
        var after = await hermes.PublishAsync(50, time);
        await using var consumer = RunningWorker.Start(hermes);
        await Deliveries.WhenCameAsync(endpoint, 0, [.. before, .. after], consumer);
        await Until.TrueAsync(async () => (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value) == 100, "the commits of the first delivery", Minute);
        var mark = endpoint.Requests.Count;

        using var load = new Load(hermes);
        var status = await RunAsync(hermes, JobSite.Rewind(subscription, new() { Time = time }));
        var meanwhile = await load.EndAsync();

        Assert.Equal(Partitions, status.Partitions.Count);
        await Deliveries.WhenCameAsync(endpoint, mark, after, consumer);
        await Deliveries.WhenCameAsync(endpoint, 0, meanwhile, consumer);
        Assert.Empty(before.Intersect(endpoint.Requests.Skip(mark).Select(r => r.Id)));
        Assert.Equal(0, await consumer.StopAsync());
    }

    [Fact]
    public async Task A_replay_delivers_its_range_once()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var ids = await hermes.PublishAsync(120);
        var committed = await hermes.CommittedAsync(subscription);

        var status = await RunAsync(hermes, JobSite.Rewind(subscription, new() { Duration = "PT1H" }) with { Mode = JobModes.Replay, Rate = 60 });

        Assert.Equal(ids.Count, status.Replay!.Done);
        Assert.Equal(ids.Order(), endpoint.Requests.Select(r => r.Id).Order());
        Assert.Equal(committed, await hermes.CommittedAsync(subscription));
    }


    private Task<HermesInstallation> InstallAsync() =>
        HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), brokers.Pair.BootstrapServers, Partitions, replicas: 2);

    private async Task<JobStatus> RunAsync(HermesInstallation hermes, JobDocument job)
    {
        var jobs = new JobSite(hermes);
        var id = await jobs.AskAsync(job);
        var changes = 0;
        await using (var session = new MortalZooKeeper(ZooKeeperClient.Start(new() { ConnectionString = hermes.ZooKeeperServers }), int.MaxValue, isAfter: false, async _ =>
        {
            await brokers.Pair.MoveLeadersAsync(hermes.KafkaTopic);
            await brokers.Pair.MoveLeadersAsync(GroupOffsets);
            changes++;
        }))
            await OneJob.RunAsync(hermes, session, id);
        var status = await jobs.WhenEndedAsync(id);
        Assert.Equal(JobPhases.Completed, status.Phase);
        await jobs.NothingIsLeftAsync(id);
        Assert.InRange(changes, 3, int.MaxValue); // claim, acceptance and finish at least
        return status;
    }
}
