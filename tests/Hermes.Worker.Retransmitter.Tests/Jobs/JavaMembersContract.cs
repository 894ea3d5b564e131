using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>Rewinds of groups that have members which know only Hermes's own offset nodes and command.</summary>
public abstract class JavaMembersContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string) Impatient = ("Retransmitter:OrderPatience", "00:00:02");

    [Fact]
    public async Task A_group_of_such_members_is_driven_by_their_own_nodes_and_nothing_is_left()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(100);
        await CommitEndsAsync(hermes, subscription);
        await using var member = new HermesMember(hermes, subscription);
        await member.WhenAssignedAsync();
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, Impatient);
        var status = await EndAsync(hermes, jobs, await jobs.AskAsync(subscription, new JobTarget { Messages = 5 }), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Committed, p.Moved));
        Assert.Equal(status.Partitions.Select(p => (p.Partition, p.To)).Order(), (await hermes.CommittedAsync(subscription)).Select(o => (o.Partition.Value, o.Offset.Value)).Order());
        await NoNodeIsLeftAsync(hermes, subscription);
        Assert.Equal(0, await retransmitter.StopAsync());
    }

    [Fact]
    public async Task Where_half_of_the_members_are_ours_each_partition_is_moved_by_its_owner_s_way()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var read = new System.Collections.Concurrent.ConcurrentBag<Confluent.Kafka.TopicPartitionOffset>();
        await using var member = new HermesMember(hermes, subscription, read.Add);
        await member.WhenAssignedAsync();
        await using var consumer = RunningWorker.Start(hermes);
        await consumer.WhenSaidAsync($"{subscription} reads ");
        await hermes.PublishAsync(200);
        await Until.TrueAsync(() => read.Count + endpoint.Requests.Count >= 200, $"the first delivery:\n{consumer.Output}", Minute);
        var (ours, theirs) = (endpoint.Requests.Count, read.Count);
        Assert.True(ours > 0 && theirs > 0, $"{ours} and {theirs}");

        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, Impatient);
        var status = await EndAsync(hermes, jobs, await jobs.AskAsync(subscription, new JobTarget { Offsets = Starts(hermes) }), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.Contains(status.Partitions, p => p.Moved == MoveProofs.Acknowledged);
        Assert.Contains(status.Partitions, p => p.Moved == MoveProofs.Committed);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 2 * ours && read.Count >= 2 * theirs, $"the second delivery:\n{consumer.Output}", Minute);
        Assert.Equal((2 * ours, 2 * theirs), (endpoint.Requests.Count, read.Count));
        await NoNodeIsLeftAsync(hermes, subscription);
        Assert.Equal(0, await consumer.StopAsync());
    }

    [Fact]
    public async Task Nodes_that_nobody_obeys_are_withdrawn_in_time_and_when_their_job_is_cancelled()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(100);
        await CommitEndsAsync(hermes, subscription);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, Impatient, ("Retransmitter:OffsetNodePatience", "00:00:02"));
        string id;
        using (var stranger = hermes.Join(subscription))
        {
            await stranger.WhenAssignedAsync();
            id = await jobs.AskAsync(subscription, new JobTarget { Messages = 5 });
            await Until.TrueAsync(async () => await HistoryAsync(jobs, id, "withdrawn"), $"the withdrawal:\n{retransmitter.Output}", Minute);
            await Until.TrueAsync(async () => await HistoryAsync(jobs, id, "offset node", times: 3), $"another try:\n{retransmitter.Output}", Minute);
            Assert.True(await jobs.Client.CancelAsync(id, "a test", Cancellation));
            Assert.Equal(JobPhases.Cancelled, (await EndAsync(hermes, jobs, id, retransmitter)).Phase);
            await NoNodeIsLeftAsync(hermes, subscription);

            id = await jobs.AskAsync(subscription, new JobTarget { Messages = 5 });
            await Until.TrueAsync(async () => await HistoryAsync(jobs, id, "offset node"), $"the nodes:\n{retransmitter.Output}", Minute);
        }
        // The member is gone: the nodes go too, and the offsets are moved by hand.
        var status = await EndAsync(hermes, jobs, id, retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
        await NoNodeIsLeftAsync(hermes, subscription);
    }

    [Fact]
    public async Task Nodes_that_an_owner_left_behind_are_obeyed_by_ours_that_take_its_partitions_over()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(100);
        await CommitEndsAsync(hermes, subscription);
        // Not to be withdrawn within this test.
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, Impatient, ("Retransmitter:OffsetNodePatience", "00:10:00"));
        var member = hermes.Join(subscription);
        try
        {
            await member.WhenAssignedAsync();
            var id = await jobs.AskAsync(subscription, new JobTarget { Messages = 5 });
            await Until.TrueAsync(async () => await HistoryAsync(jobs, id, "offset node"), $"the nodes:\n{retransmitter.Output}", Minute);
            await using var consumer = RunningWorker.Start(hermes);
            await consumer.WhenSaidAsync($"{subscription} reads "); // a part of them; the group is never empty
            member.Dispose();
            member = null;
            var status = await EndAsync(hermes, jobs, id, retransmitter);
            Assert.Equal(JobPhases.Completed, status.Phase);
            Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Committed, p.Moved));
            await Until.TrueAsync(() => endpoint.Requests.Count >= status.Partitions.Sum(p => p.Messages), $"the delivery:\n{consumer.Output}", Minute);
            await NoNodeIsLeftAsync(hermes, subscription);
            Assert.Equal(0, await consumer.StopAsync());
        }
        finally
        {
            member?.Dispose();
        }
    }

    [Fact]
    public async Task A_subscription_that_is_deleted_under_its_nodes_is_not_resurrected()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(100);
        await CommitEndsAsync(hermes, subscription);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, Impatient, ("Retransmitter:OffsetNodePatience", "00:00:01"));
        using var stranger = hermes.Join(subscription);
        await stranger.WhenAssignedAsync();
        var id = await jobs.AskAsync(subscription, new JobTarget { Messages = 5 });
        await Until.TrueAsync(async () => await HistoryAsync(jobs, id, "offset node"), $"the nodes:\n{retransmitter.Output}", Minute);
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        var status = await EndAsync(hermes, jobs, id, retransmitter);
        Assert.Equal(JobPhases.Failed, status.Phase);
        Assert.Null(await hermes.ZooKeeper.FindAsync(hermes.Paths.Subscription(subscription), Cancellation));
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);

    private static async Task<bool> HistoryAsync(JobSite jobs, string id, string what, int times = 1) =>
        await jobs.StatusAsync(id) is { } status && status.History.Count(e => e.What.Contains(what, StringComparison.Ordinal)) >= times;

    private static async Task CommitEndsAsync(HermesInstallation hermes, SubscriptionName subscription) => await hermes.Administration.CommitAsync(
        hermes.Names.ConsumerGroup(subscription), await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic)));

    private static Dictionary<string, IReadOnlyDictionary<int, long>> Starts(HermesInstallation hermes) =>
        new(StringComparer.Ordinal) { [hermes.KafkaTopic] = Enumerable.Range(0, 4).ToDictionary(p => p, _ => 0L) };

    private static async Task<JobStatus> EndAsync(HermesInstallation hermes, JobSite jobs, string id, RunningWorker retransmitter)
    {
        var status = await jobs.EndAsync(id, retransmitter);
        await Until.TrueAsync(async () => await hermes.ZooKeeper.TryGetChildrenAsync(hermes.Paths.Commands, Cancellation) is not { Names.Count: > 0 }, "no command left", Minute);
        return status;
    }

    private static async Task NoNodeIsLeftAsync(HermesInstallation hermes, SubscriptionName subscription)
    {
        for (var partition = 0; partition < 4; partition++)
            Assert.Null(await hermes.ZooKeeper.FindAsync(hermes.Paths.OrderedOffset(subscription, hermes.KafkaTopic, hermes.Kafka.ClusterName, partition), Cancellation));
    }
}
