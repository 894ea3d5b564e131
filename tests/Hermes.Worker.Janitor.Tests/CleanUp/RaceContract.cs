using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Tombstones;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Worker.Janitor.Tests.CleanUp;

/// <summary>What others do before each of the calls to Kafka that make up a deletion. The same on the emulator and on a real
/// broker.</summary>
public abstract class RaceContract(ZooKeeperFixture zooKeeper)
{
    private const int Calls = 5; // is it there, its offsets; both again; its deletion
    private const int SecondLook = 3;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_member_that_joins_before_any_call_keeps_its_group()
    {
        await using var hermes = await InstallAsync();
        for (var call = 1; call <= Calls; call++)
        {
            var subscription = await RemovedAsync(hermes, $"joined{call}");
            var offsets = await hermes.CommittedAsync(subscription);
            StrangeMember? member = null;
            await DeleteAsync(hermes, call, async () =>
            {
                member = hermes.Join(subscription);
                await member.WhenAssignedAsync();
            });
            Assert.NotNull(member);
            Assert.Equal(offsets, await hermes.CommittedAsync(subscription));
            Assert.True(await hermes.ZooKeeper.FindAsync(new JanitorPaths(hermes.Paths).Task(subscription), Cancellation) is not null);
            member.Dispose();
            await DeleteAsync(hermes, 0, () => Task.CompletedTask);
        }
    }

    [Fact]
    public async Task A_subscription_that_is_created_again_before_any_call_has_its_place()
    {
        await using var hermes = await InstallAsync();
        await hermes.PublishAsync(40);
        for (var call = 1; call <= Calls; call++)
        {
            var subscription = await RemovedAsync(hermes, $"back{call}");
            var begins = (await hermes.CommittedAsync(subscription)).Select(o => new TopicPartitionOffset(o.TopicPartition, o.Offset + 1)).ToList();
            await DeleteAsync(hermes, call, async () =>
            {
                // As management does it (C3): the offsets, then the node.
                await hermes.Administration.CommitAsync(hermes.Names.ConsumerGroup(subscription), begins);
                await hermes.SubscribeAsync(subscription.Name, "http://127.0.0.1:9/", withOffsets: false);
            });
            var place = await hermes.CommittedAsync(subscription);
            Assert.Equal(begins.Count, place.Count);
            // Between the last look and the deletion its offsets may be taken: then the ones from before are given back.
            Assert.All(place.Zip(begins), p => Assert.InRange(p.First.Offset.Value, p.Second.Offset.Value - (call < Calls ? 0 : 1), p.Second.Offset.Value));
        }
    }

    [Fact]
    public async Task A_consumer_without_a_group_that_commits_before_any_call_loses_nothing_that_is_not_kept()
    {
        await using var hermes = await InstallAsync();
        await hermes.PublishAsync(40);
        for (var call = 1; call <= Calls; call++)
        {
            var subscription = await RemovedAsync(hermes, $"alone{call}");
            var group = hermes.Names.ConsumerGroup(subscription);
            var before = await hermes.CommittedAsync(subscription);
            var committed = before.Select(o => new TopicPartitionOffset(o.TopicPartition, o.Offset + 1)).ToList();
            await DeleteAsync(hermes, call, () =>
            {
                using var alone = new ConsumerBuilder<byte[], byte[]>(new Hermes.Shared.Kafka.KafkaClients(hermes.Kafka).Consumer(group)).SetLogHandler((_, _) => { }).Build();
                alone.Assign(committed);
                alone.Commit(committed);
                return Task.CompletedTask;
            });
            if (call is SecondLook or SecondLook + 1)
            {
                Assert.Equal(committed, await hermes.CommittedAsync(subscription));
                await DeleteAsync(hermes, 0, () => Task.CompletedTask);
            }
            var tombstone = (await Records(hermes).FindAsync(group, Cancellation))!.Value.Tombstone;
            Assert.True(tombstone.IsDeleted);
            Assert.Equal(KeptOffset.Of(call < Calls ? committed : before), tombstone.Offsets);
        }
    }

    [Fact]
    public async Task A_janitor_that_is_cut_off_in_the_middle_of_a_deletion_deletes_nothing_when_it_goes_on()
    {
        await using var hermes = await InstallAsync();
        var subscription = await RemovedAsync(hermes, "billing");
        await using var proxy = FaultProxy.Start(hermes.ZooKeeperServers);
        await using var session = ZooKeeperClient.Start(new() { ConnectionString = proxy.ConnectionString, SessionTimeout = TimeSpan.FromSeconds(4) });
        await using var latch = LeaderLatch.Start(session, new JanitorPaths(hermes.Paths).Leader, "the first", NullLogger.Instance, TimeProvider.System);
        var term = await latch.WhenLeaderAsync(Cancellation);
        var (isCut, mayGoOn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var kafka = new InterceptedAdministration(hermes.Administration, async (call, _) =>
        {
            if (call != SecondLook + 1)
                return;
            await proxy.RefuseAsync();
            proxy.Cut();
            isCut.SetResult();
            await mayGoOn.Task;
        }, (_, _) => Task.CompletedTask);
        await using var services = JanitorDuties.Build(hermes, session, kafka, Eager);
        // It hears nothing of the end of its term: the fence alone must hold.
        var running = services.GetRequiredService<TaskDuty>().RunAsync(term with { Ended = CancellationToken.None }, CancellationToken.None);
        await isCut.Task.WaitAsync(Minute, Cancellation);

        await using var second = RunningWorker.Start("Hermes.Worker.Janitor", hermes, ("Janitor:TasksSchedule", "00:00:00.200"), ("Janitor:TaskDelay", "00:00:00"));
        await Until.TrueAsync(async () => await hermes.Administration.FindGroupAsync(hermes.Names.ConsumerGroup(subscription)) is null, $"the end of the group:\n{second.Output}", Minute);
        await Until.TrueAsync(async () => await hermes.ZooKeeper.FindAsync(new JanitorPaths(hermes.Paths).Task(subscription), Cancellation) is null, "the end of the task", Minute);
        Assert.Equal(0, await second.StopAsync());
        // A new life of the name; its group is empty, so that nothing but the fence protects it.
        await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var place = await hermes.CommittedAsync(subscription);
        proxy.Accept();
        mayGoOn.SetResult();
        await Until.TrueAsync(() => running.IsCompleted, "the end of the attempt", Minute);
        Assert.NotEmpty(place);
        Assert.Equal(place, await hermes.CommittedAsync(subscription));
        Assert.Single(await Records(hermes).HistoryAsync(Cancellation), e => e.What.StartsWith("deleted", StringComparison.Ordinal));
    }

    protected abstract IKafkaBroker Broker { get; }

    private static JanitorOptions Eager { get; } = new() { TaskDelay = TimeSpan.Zero, LongestRetryPause = TimeSpan.FromMilliseconds(1) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static GroupRecords Records(HermesInstallation hermes) => new(hermes.ZooKeeper, new(hermes.Paths));

    private async Task<HermesInstallation> InstallAsync()
    {
        var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);
        await Records(hermes).CreateFoldersAsync(Cancellation);
        return hermes;
    }

    /// <summary>A subscription that was there, and a task to delete its group.</summary>
    private static async Task<SubscriptionName> RemovedAsync(HermesInstallation hermes, string name)
    {
        var subscription = await hermes.SubscribeAsync(name, "http://127.0.0.1:9/");
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        var paths = new JanitorPaths(hermes.Paths);
        foreach (var path in paths.TaskFolders)
        {
            if (await hermes.ZooKeeper.FindAsync(path, Cancellation) is null)
                await hermes.ZooKeeper.CreateAsync(path, default, CreateMode.Persistent, Cancellation);
        }
        await hermes.ZooKeeper.CreateAsync(paths.Task(subscription), new CleanUpTask(subscription, "dc").Write(TimeProvider.System.GetUtcNow()), CreateMode.Persistent, Cancellation);
        return subscription;
    }

    /// <summary>Looks at the tasks and the tombstones once, and lets something happen before a call to Kafka.</summary>
    private static async Task DeleteAsync(HermesInstallation hermes, int at, Func<Task> race)
    {
        var kafka = new InterceptedAdministration(hermes.Administration, (call, _) => call == at ? race() : Task.CompletedTask, (_, _) => Task.CompletedTask);
        await using var services = JanitorDuties.Build(hermes, hermes.ZooKeeper, kafka, Eager);
        await services.GetRequiredService<TaskDuty>().RunAsync(JanitorDuties.TermOf(hermes), Cancellation);
        await services.GetRequiredService<TombstoneDuty>().RunAsync(JanitorDuties.TermOf(hermes), Cancellation);
    }
}
