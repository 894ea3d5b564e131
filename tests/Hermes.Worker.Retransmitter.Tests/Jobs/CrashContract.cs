using Confluent.Kafka;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Retransmitter.Replaying;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>A retransmitter that dies before and after each of its writes, and another that takes over: the job ends as if
/// nothing had happened.</summary>
public abstract class CrashContract(ZooKeeperFixture zooKeeper, ITestOutputHelper output)
{
    private const int MostWrites = 20;
    private const int BatchSize = 4;
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

    [Theory]
    [InlineData(Shape.Serial)]
    [InlineData(Shape.Batch)]
    public Task With_a_live_consumer_a_death_at_any_write_repeats_nothing_and_loses_nothing(Shape shape) => RewindLiveAsync(shape);

    [Fact]
    public async Task With_a_member_that_knows_only_Hermes_s_nodes_a_death_at_any_write_leaves_none_of_them()
    {
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var ends = await PublishAsync(hermes);
        await hermes.Administration.CommitAsync(hermes.Names.ConsumerGroup(subscription), ends);
        await using var member = new HermesMember(hermes, subscription);
        await member.WhenAssignedAsync();
        var back = 0;
        await ForEachDeathAsync(hermes, async (jobs, die) =>
        {
            // Further and further back, or forth and back: the member commits nothing by itself.
            var target = back++ % 2 == 0 ? 1 : 2;
            var id = await jobs.AskAsync(subscription, new JobTarget { Offsets = new Dictionary<string, IReadOnlyDictionary<int, long>> { [hermes.KafkaTopic] = ends.ToDictionary(e => e.Partition.Value, _ => (long)target) } });
            var status = await die(id);
            Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Committed, p.Moved));
            Assert.All(await hermes.CommittedAsync(subscription), o => Assert.Equal(target, o.Offset.Value));
            foreach (var end in ends)
                Assert.Null(await hermes.ZooKeeper.FindAsync(hermes.Paths.OrderedOffset(subscription, end.Topic, hermes.Kafka.ClusterName, end.Partition.Value), Cancellation));
        }, orderPatience: TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(Shape.Serial)]
    [InlineData(Shape.Batch)]
    public Task A_replay_whose_worker_dies_at_any_write_delivers_its_range_and_repeats_what_was_after_the_checkpoint_at_most(Shape shape) => ReplayAsync(shape);

    /// <summary>How a subscription is delivered.</summary>
    public enum Shape
    {
        Serial,
        Batch,
        OrderedByKey,
        Broadcast,
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 2);

    protected async Task RewindLiveAsync(Shape shape)
    {
        await using var first = await HttpEndpoint.StartAsync();
        await using var second = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await SubscribeAsync(hermes, shape, first, second);
        await using var consumer = RunningWorker.Start(hermes);
        var ends = await PublishAsync(hermes);
        await Until.TrueAsync(() => Messages(first).Count >= 40, $"the first delivery:\n{consumer.Output}", Minute);
        await ForEachDeathAsync(hermes, async (jobs, die) =>
        {
            await WhenAtEndAsync(hermes, subscription, ends);
            var before = Messages(first).Count;
            var id = await jobs.AskAsync(subscription, new JobTarget { Messages = 3 });
            var status = await die(id);
            Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Acknowledged, p.Moved));
            // An order is obeyed once, whoever of its authors lives: each message comes exactly once more.
            await Until.TrueAsync(() => Messages(first).Count >= before + (3 * ends.Count), $"the second delivery:\n{consumer.Output}", Minute);
            await WhenAtEndAsync(hermes, subscription, ends);
            Assert.Equal(before + (3 * ends.Count), Messages(first).Count);
        });
        Assert.Equal(0, await consumer.StopAsync());
        Assert.Equal(shape is Shape.Broadcast ? Sorted(first) : [], Sorted(second));
    }

    protected async Task ReplayAsync(Shape shape)
    {
        await using var first = await HttpEndpoint.StartAsync();
        await using var second = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await SubscribeAsync(hermes, shape, first, second);
        var ends = await PublishAsync(hermes);
        var committed = await hermes.CommittedAsync(subscription);
        var total = ends.Sum(e => e.Offset.Value);
        await ForEachDeathAsync(hermes, async (jobs, die) =>
        {
            var marks = new[] { first, second }.Select(e => (Endpoint: e, Before: Messages(e).Count)).Take(shape is Shape.Broadcast ? 2 : 1).ToList();
            // Slow enough for a few checkpoints.
            var id = await jobs.Client.CreateAsync(JobSite.Rewind(subscription, new() { Duration = "PT1H" }) with { Mode = JobModes.Replay, Rate = (int)(total * 2 / (shape is Shape.Batch ? BatchSize : 1)) }, Cancellation);
            var status = await die(id);
            Assert.Equal(total, status.Replay!.Done);
            foreach (var (endpoint, before) in marks)
            {
                var came = Messages(endpoint).Skip(before).ToList();
                Assert.All(came, r => Assert.Equal(id, r.Job));
                Assert.Equal(total, came.DistinctBy(r => r.Id).Count());
                Assert.All(came.CountBy(r => r.Id), r => Assert.InRange(r.Value, 1, 2)); // one death
            }
            Assert.Equal(committed, await hermes.CommittedAsync(subscription));
        });
    }

    private static async Task<SubscriptionName> SubscribeAsync(HermesInstallation hermes, Shape shape, HttpEndpoint first, HttpEndpoint second)
    {
        var extensions = shape switch
        {
            Shape.OrderedByKey => """{"order":"key"}""",
            Shape.Broadcast => $$"""{"endpoints":["{{first.Address}}","{{second.Address}}"]}""",
            _ => null,
        };
        var subscription = await hermes.SubscribeAsync("billing", first.Address, new() { Rate = 100_000, InflightSize = 4, MessageBackoff = 50 }, extensions: extensions);
        await hermes.Registry.UpdateSubscriptionAsync(subscription, d => shape switch
        {
            Shape.Batch => d with { DeliveryType = DeliveryTypes.Batch, SubscriptionPolicy = new() { BatchSize = BatchSize, BatchTime = 50 } },
            Shape.Broadcast => d with { Mode = "BROADCAST" },
            _ => d,
        }, Cancellation);
        return subscription;
    }

    /// <summary>All messages that came, one a request or many.</summary>
    private static List<(string Id, string? Job)> Messages(HttpEndpoint endpoint) => [.. endpoint.Requests.SelectMany(r =>
        r.MessageIds.Select(id => (id, r.Header(ReplaySubscription.IdHeader))))];

    private static IReadOnlyList<string> Sorted(HttpEndpoint endpoint) => [.. Messages(endpoint).Select(m => m.Id).Order(StringComparer.Ordinal)];

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

    private async Task ForEachDeathAsync(HermesInstallation hermes, Func<JobSite, Func<string, Task<JobStatus>>, Task> act, TimeSpan? orderPatience = null)
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
                    died = await LiveAndDieAsync(hermes, id, write, isAfter, orderPatience);
                    await LiveAndDieAsync(hermes, id, int.MaxValue, isAfter, orderPatience);
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
    private static async Task<bool> LiveAndDieAsync(HermesInstallation hermes, string id, int lethalWrite, bool isAfter, TimeSpan? orderPatience)
    {
        await using var mortal = new MortalZooKeeper(ZooKeeperClient.Start(new() { ConnectionString = hermes.ZooKeeperServers }), lethalWrite, isAfter);
        try
        {
            await OneJob.RunAsync(hermes, mortal, id, orderPatience);
        }
        catch (Exception) when (mortal.IsDead)
        {
            // As planned.
        }
        return mortal.IsDead;
    }
}
