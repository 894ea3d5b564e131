using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>What may happen to consumers, topics and servers while jobs are under way.</summary>
public abstract class RaceContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Consumers_that_are_killed_at_every_step_of_their_obedience_lose_nothing()
    {
        const int subscriptions = 12;
        await using var hermes = await InstallAsync(zooKeeper.Require(), Broker);
        var jobs = new JobSite(hermes);
        var sites = new List<(SubscriptionName Name, HttpEndpoint Endpoint)>();
        try
        {
            for (var i = 0; i < subscriptions; i++)
            {
                var endpoint = await HttpEndpoint.StartAsync();
                sites.Add((await hermes.SubscribeAsync($"s{i}", endpoint.Address), endpoint));
            }
            var time = TimeProvider.System.GetUtcNow();
            var before = await hermes.PublishAsync(50, time.AddMilliseconds(-1));
            var after = await hermes.PublishAsync(50, time);
            await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
            // A name that stays, so that the next one has its partitions at once.
            var consumer = RunningWorker.Start(hermes, ("Consumer:InstanceId", "worker-1"));
            try
            {
                foreach (var (_, endpoint) in sites)
                    await Deliveries.WhenCameAsync(endpoint, 0, [.. before, .. after], consumer);
                var marks = sites.ConvertAll(s => s.Endpoint.Requests.Count);
                // Asked for one after the other, they stand at all steps when the first answer is there.
                var ids = new List<string>();
                foreach (var (name, _) in sites)
                    ids.Add(await jobs.AskAsync(name, time));
                await Until.TrueAsync(async () => await AnyAsync(ids, async id => await jobs.StatusAsync(id) is { } s && (JobPhases.IsFinal(s.Phase) || s.Partitions.Any(p => p.Moved is not null))),
                    $"a first answer:\n{retransmitter.Output}", Minute);
                await consumer.KillAsync();
                await consumer.DisposeAsync();
                consumer = RunningWorker.Start(hermes, ("Consumer:InstanceId", "worker-1"));
                foreach (var ((_, endpoint), id, mark) in sites.Zip(ids, marks))
                {
                    Assert.Equal(JobPhases.Completed, (await jobs.EndAsync(id, retransmitter)).Phase);
                    await Deliveries.WhenCameAsync(endpoint, mark, after, consumer);
                    Assert.Empty(before.Intersect(endpoint.Requests.Skip(mark).Select(r => r.Id)));
                }
                await consumer.WhenSaidAsync("Application started"); // the kill may have come when all was done
                Assert.Equal(0, await consumer.StopAsync());
            }
            finally
            {
                await consumer.DisposeAsync();
            }
        }
        finally
        {
            foreach (var (_, endpoint) in sites)
                await endpoint.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_retention_pass_and_an_added_partition_under_way_change_nothing_but_what_is_there_to_deliver()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync(zooKeeper.Require(), Broker);
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(400);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        string id;
        var ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        using (var stranger = hermes.Join(subscription))
        {
            await stranger.WhenAssignedAsync();
            id = await jobs.AskAsync(subscription, new JobTarget { Duration = "PT1H" });
            await Until.TrueAsync(async () => await jobs.StatusAsync(id) is { Phase: JobPhases.Moving }, "the job under way", Minute);
            await Topics.DeleteRecordsAsync(hermes, [.. ends.Select(e => new Confluent.Kafka.TopicPartitionOffset(e.TopicPartition, e.Offset.Value - 5))]);
            await Topics.AddPartitionAsync(hermes, ends.Count + 1);
        }
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal((JobPhases.Completed, ends.Count), (status.Phase, status.Partitions.Count));
        await using var consumer = RunningWorker.Start(hermes);
        var more = await hermes.PublishAsync(50);
        await Deliveries.WhenCameAsync(endpoint, 0, more, consumer);
        await Until.TrueAsync(() => endpoint.Requests.Count >= (5 * ends.Count) + 50, $"what retention has left:\n{consumer.Output}", Minute);
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal((5 * ends.Count) + 50, endpoint.Requests.Count);
    }

    [Fact]
    public async Task Jobs_of_both_modes_go_on_after_ZooKeeper_and_the_broker_were_away()
    {
        await using var broker = await LaunchAsync();
        ZooKeeperFixture.RequireInstallation();
        await using var own = await ZooKeeperServer.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync(own.ConnectionString, broker);
        var jobs = new JobSite(hermes);
        var replayed = await hermes.SubscribeAsync("replayed", endpoint.Address, new() { Rate = 100, InflightSize = 10 });
        var rewound = await hermes.SubscribeAsync("rewound", "http://127.0.0.1:9/");
        var ids = await hermes.PublishAsync(1000);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var replay = await jobs.AskAsync(JobSite.Replay(replayed, TimeProvider.System.GetUtcNow().AddHours(-1)));
        string rewind;
        using (var stranger = hermes.Join(rewound))
        {
            await stranger.WhenAssignedAsync();
            rewind = await jobs.AskAsync(rewound, new JobTarget { Duration = "PT1H" });
            await Until.TrueAsync(async () => endpoint.Requests.Count >= 150 && await jobs.StatusAsync(rewind) is { Phase: JobPhases.Moving }, $"both under way:\n{retransmitter.Output}", Minute);
            await own.KillAsync();
            await broker.StopAsync();
            await broker.StartAsync();
            await own.StartAsync();
            await hermes.ZooKeeper.WhenConnectedAsync(Cancellation);
        }
        Assert.Equal(JobPhases.Completed, (await jobs.EndAsync(replay, retransmitter)).Phase);
        var moved = await jobs.EndAsync(rewind, retransmitter);
        Assert.Equal(JobPhases.Completed, moved.Phase);
        Assert.Equal(moved.Partitions.Select(p => (p.Partition, p.To)).Order(), (await hermes.CommittedAsync(rewound)).Select(o => (o.Partition.Value, o.Offset.Value)).Order());
        Assert.Empty(ids.Except(endpoint.Requests.Select(r => r.Id)));
    }

    [Fact]
    public async Task Each_datacenter_decides_by_its_own_group_and_leaves_the_jobs_of_others_alone()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var first = await InstallAsync(zooKeeper.Require(), Broker);
        await using var second = await InstallAsync(zooKeeper.Require(), Broker);
        // The same subscription: live in one datacenter, at rest in the other.
        foreach (var (hermes, address) in new[] { (first, endpoint.Address), (second, "http://127.0.0.1:9/") })
        {
            await hermes.SubscribeAsync("billing", address);
            await hermes.PublishAsync(100);
        }
        var subscription = new SubscriptionName(HermesInstallation.Topic, "billing");
        await using var consumer = RunningWorker.Start(first);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 100, $"the first delivery:\n{consumer.Output}", Minute);
        await using var one = RunningWorker.Start(JobSite.Worker, first, ("Hermes:Datacenter", "dc1"));
        await using var two = RunningWorker.Start(JobSite.Worker, second, ("Hermes:Datacenter", "dc2"));
        var all = JobSite.Rewind(subscription, new() { Messages = 10 });
        foreach (var (hermes, worker, other, name, proof) in new[] { (first, one, "dc2", "dc1", MoveProofs.Acknowledged), (second, two, "dc1", "dc2", MoveProofs.Altered) })
        {
            var jobs = new JobSite(hermes);
            var foreign = await jobs.AskAsync(all with { Datacenter = other });
            var status = await jobs.EndAsync(await jobs.AskAsync(all), worker);
            Assert.Equal((JobPhases.Completed, name), (status.Phase, status.Datacenter));
            Assert.All(status.Partitions, p => Assert.Equal(proof, p.Moved));
            Assert.Null(await jobs.StatusAsync(foreign));
        }
    }

    protected abstract IKafkaBroker Broker { get; }

    /// <summary>A broker of a test's own, to be stopped.</summary>
    protected abstract Task<IKafkaBroker> LaunchAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync(string servers, IKafkaBroker broker) => HermesInstallation.CreateAsync(servers, zooKeeper.FreshRoot(), broker.BootstrapServers);

    private static async Task<bool> AnyAsync(IEnumerable<string> ids, Func<string, Task<bool>> condition)
    {
        foreach (var id in ids)
        {
            if (await condition(id))
                return true;
        }
        return false;
    }
}
