using System.Text;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.ZooKeeper;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Worker.Janitor.Tests.CleanUp;

/// <summary>Hermes's clean-up tasks, carried out by janitors that are killed, frozen and raced. The same on the emulator and on a
/// real broker.</summary>
public abstract class TaskContract(ZooKeeperFixture zooKeeper)
{
    private const string Janitor = "Hermes.Worker.Janitor";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string)[] Eager =
        [("Janitor:TasksSchedule", "00:00:00.200"), ("Janitor:TombstonesSchedule", "00:00:00.200"), ("Janitor:TaskDelay", "00:00:00"), ("Janitor:LongestRetryPause", "00:00:01")];

    [Fact]
    public async Task The_group_of_a_removed_subscription_goes_its_offsets_are_kept_and_one_bad_task_stops_no_other()
    {
        await using var hermes = await InstallAsync();
        var (paths, records) = (new JanitorPaths(hermes.Paths), Records(hermes));
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var offsets = await hermes.CommittedAsync(subscription);
        await AskAsync(hermes, "malformed", "no json"u8.ToArray());
        await AskAsync(hermes, "shop.orders$elsewhere", new CleanUpTask(new(HermesInstallation.Topic, "elsewhere"), "other").Write(DateTimeOffset.UnixEpoch));
        await AskAsync(hermes, "shop.orders$never", new CleanUpTask(new(HermesInstallation.Topic, "never"), "dc").Write(DateTimeOffset.UnixEpoch));
        await RemoveAsync(hermes, subscription);
        await using var janitor = RunningWorker.Start(Janitor, hermes, Eager);
        await Until.TrueAsync(async () => await GroupAsync(hermes, subscription) is null, $"the end of the group:\n{janitor.Output}", Minute);
        await Until.TrueAsync(async () => (await TasksAsync(hermes)).Order(StringComparer.Ordinal).SequenceEqual(["malformed", "shop.orders$elsewhere"]), $"the end of what can be done:\n{janitor.Output}", Minute);
        var tombstone = (await records.FindAsync(hermes.Names.ConsumerGroup(subscription), Cancellation))!.Value.Tombstone;
        Assert.True(tombstone.IsDeleted);
        Assert.Equal(offsets.Select(o => (o.Partition.Value, o.Offset.Value)).Order(), tombstone.Offsets.Select(o => (o.Partition, o.Offset)).Order());
        // Each task has its own turn, and its line in the history comes with its end: in any order.
        await Until.TrueAsync(async () => (await records.HistoryAsync(Cancellation)).Any(e => e.Group == "malformed"), $"the account of the malformed task:\n{janitor.Output}", Minute);
        Assert.Contains("was removed", (await records.HistoryAsync(Cancellation)).Single(e => e.Group == tombstone.Group).What, StringComparison.Ordinal);
        Assert.Contains("it cannot be understood", (await records.HistoryAsync(Cancellation)).Single(e => e.Group == "malformed").What, StringComparison.Ordinal);
        await janitor.WhenSaidAsync("malformed waits: it cannot be understood");
        await janitor.WhenSaidAsync("it is for datacenter 'other', while this one is 'dc'");
        Assert.NotNull(await hermes.ZooKeeper.FindAsync(paths.Cluster, Cancellation));
        Assert.Equal(0, await janitor.StopAsync());
    }

    [Fact]
    public async Task A_group_with_members_or_in_the_hands_of_a_job_is_tried_again_until_it_is_free()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobPaths(hermes.Paths);
        var (busy, moved) = (await hermes.SubscribeAsync("busy", "http://127.0.0.1:9/"), await hermes.SubscribeAsync("moved", "http://127.0.0.1:9/"));
        await new JobClient(hermes.ZooKeeper, jobs).CreateFoldersAsync(Cancellation);
        await hermes.ZooKeeper.CreateAsync(jobs.Active(moved), "a job"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await RemoveAsync(hermes, moved);
        await using var janitor = RunningWorker.Start(Janitor, hermes, [.. Eager, ("Janitor:TaskAlarmAge", "00:00:01")]);
        using (var member = hermes.Join(busy))
        {
            await member.WhenAssignedAsync();
            await RemoveAsync(hermes, busy);
            await janitor.WhenSaidAsync("its group has members");
            await janitor.WhenSaidAsync("a retransmission job has its group in its hands");
            await janitor.WhenSaidAsync($"Task {busy} has waited for");
            Assert.Equal(2, (await TasksAsync(hermes)).Count);
        }
        await hermes.ZooKeeper.DeleteAsync(jobs.Active(moved), NodeVersion.Any, Cancellation);
        foreach (var subscription in new[] { busy, moved })
            await Until.TrueAsync(async () => await GroupAsync(hermes, subscription) is null, $"the end of the group:\n{janitor.Output}", Minute);
        await Until.TrueAsync(async () => (await TasksAsync(hermes)).Count == 0, $"the end of the tasks:\n{janitor.Output}", Minute);
    }

    [Fact]
    public async Task A_subscription_that_is_back_keeps_its_group_and_one_that_appears_just_afterwards_gets_its_offsets_back()
    {
        await using var hermes = await InstallAsync();
        await hermes.PublishAsync(40);
        var (back, late) = (await hermes.SubscribeAsync("back", "http://127.0.0.1:9/"), await hermes.SubscribeAsync("late", "http://127.0.0.1:9/"));
        var (kept, lost) = (await hermes.CommittedAsync(back), await hermes.CommittedAsync(late));
        await RemoveAsync(hermes, back);
        await RemoveAsync(hermes, late);
        await hermes.SubscribeAsync("back", "http://127.0.0.1:9/", withOffsets: false);
        await using var janitor = RunningWorker.Start(Janitor, hermes, Eager);
        await Until.TrueAsync(async () => (await TasksAsync(hermes)).Count == 0, $"the end of the tasks:\n{janitor.Output}", Minute);
        Assert.Equal(kept, await hermes.CommittedAsync(back));
        Assert.Null(await GroupAsync(hermes, late));
        // Its offsets had been committed for it before its node was there (C3).
        await hermes.SubscribeAsync("late", "http://127.0.0.1:9/", withOffsets: false);
        await Until.TrueAsync(async () => lost.SequenceEqual(await hermes.CommittedAsync(late)), $"the offsets:\n{janitor.Output}", Minute);
        await Until.TrueAsync(async () => (await Records(hermes).HistoryAsync(Cancellation)).Any(e => e.What.Contains("restored", StringComparison.Ordinal)), "the account of it", Minute);
    }

    [Fact]
    public async Task A_subscription_that_is_back_and_asks_for_its_old_offsets_gets_them_by_a_job_where_it_has_members()
    {
        await using var hermes = await InstallAsync();
        var (quiet, busy) = (await hermes.SubscribeAsync("quiet", "http://127.0.0.1:9/"), await hermes.SubscribeAsync("busy", "http://127.0.0.1:9/"));
        var old = await hermes.CommittedAsync(quiet);
        await hermes.PublishAsync(40);
        await RemoveAsync(hermes, quiet);
        await RemoveAsync(hermes, busy);
        await using var janitor = RunningWorker.Start(Janitor, hermes, Eager);
        await Until.TrueAsync(async () => (await TasksAsync(hermes)).Count == 0, $"the end of the tasks:\n{janitor.Output}", Minute);
        foreach (var name in new[] { quiet, busy })
            await hermes.SubscribeAsync(name.Name, "http://127.0.0.1:9/"); // with new offsets: the present ends
        Assert.NotEqual(old, await hermes.CommittedAsync(quiet));
        using var member = hermes.Join(busy);
        await member.WhenAssignedAsync();
        foreach (var name in new[] { quiet, busy })
        {
            await hermes.Registry.UpdateSubscriptionAsync(
                name, s => s with { EndpointAddressResolverMetadata = System.Text.Json.JsonElement.Parse("""{"hermesWorkers":{"restoreOffsets":true}}""") }, Cancellation);
        }
        await Until.TrueAsync(async () => old.SequenceEqual(await hermes.CommittedAsync(quiet)), $"the offsets:\n{janitor.Output}", Minute);
        var jobs = new JobClient(hermes.ZooKeeper, new(hermes.Paths));
        await Until.TrueAsync(async () => (await jobs.ListAsync(Cancellation)).Count > 0, $"the job:\n{janitor.Output}", Minute);
        var restored = (await Records(hermes).FindAsync(hermes.Names.ConsumerGroup(busy), Cancellation))!.Value.Tombstone;
        Assert.NotNull(restored.RestoredAt); // written in one stroke with the job: there is never a second
        var job = Encoding.UTF8.GetString((await jobs.FindAsync(Assert.Single(await jobs.ListAsync(Cancellation)), Cancellation))!.Value.Node.Data.Span);
        Assert.Contains("shop.orders$busy", job, StringComparison.Ordinal);
        Assert.Contains("asks for them", job, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_deleted_where_Kafka_is_another_cluster()
    {
        await using var hermes = await InstallAsync();
        var paths = new JanitorPaths(hermes.Paths);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await Records(hermes).CreateFoldersAsync(Cancellation);
        await hermes.ZooKeeper.CreateAsync(paths.Cluster, "another"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await RemoveAsync(hermes, subscription);
        await using var janitor = RunningWorker.Start(Janitor, hermes, Eager);
        await janitor.WhenSaidAsync("but what is known is about 'another'");
        Assert.NotNull(await GroupAsync(hermes, subscription));
        await hermes.ZooKeeper.DeleteAsync(paths.Cluster, NodeVersion.Any, Cancellation);
        await Until.TrueAsync(async () => await GroupAsync(hermes, subscription) is null, $"the end of the group:\n{janitor.Output}", Minute);
    }

    [Fact]
    public async Task A_leader_that_was_frozen_past_its_session_leaves_the_work_to_the_next_and_does_none_when_it_wakes()
    {
        await using var hermes = await InstallAsync();
        await using var first = RunningWorker.Start(Janitor, hermes, Eager);
        await first.WhenSaidAsync("This janitor leads");
        await using var second = RunningWorker.Start(Janitor, hermes, Eager);
        first.Freeze();
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await RemoveAsync(hermes, subscription);
        await Until.TrueAsync(async () => await GroupAsync(hermes, subscription) is null, $"the end of the group:\n{second.Output}", Minute);
        first.Thaw();
        await first.WhenSaidAsync("leads no more");
        var another = await hermes.SubscribeAsync("another", "http://127.0.0.1:9/");
        await RemoveAsync(hermes, another);
        await Until.TrueAsync(async () => await GroupAsync(hermes, another) is null, $"the end of the other group:\n{second.Output}", Minute);
        await Until.TrueAsync(async () => (await TasksAsync(hermes)).Count == 0, "the end of the tasks", Minute);
        Assert.DoesNotContain("Deleted consumer group", first.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Records(hermes).HistoryAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Tombstones_and_history_are_swept_when_their_time_is_over()
    {
        await using var hermes = await InstallAsync();
        var records = Records(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await RemoveAsync(hermes, subscription);
        await using var janitor = RunningWorker.Start(Janitor, hermes, [.. Eager, ("Janitor:TombstoneRetention", "00:00:02"), ("Janitor:HistoryRetention", "00:00:02")]);
        await Until.TrueAsync(async () => (await records.HistoryAsync(Cancellation)).Count == 1, $"the account:\n{janitor.Output}", Minute);
        await Until.TrueAsync(async () => (await records.HistoryAsync(Cancellation)).Count == 0 && (await records.ListAsync(Cancellation)).Count == 0, $"the end of it:\n{janitor.Output}", Minute);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_death_at_any_write_or_Kafka_call_changes_nothing_of_the_end(bool isCall)
    {
        await using var hermes = await InstallAsync();
        var records = Records(hermes);
        await records.CreateFoldersAsync(Cancellation);
        var deaths = 0;
        foreach (var isAfter in new[] { false, true })
        {
            for (var step = 1; step <= 20; step++)
            {
                var subscription = await hermes.SubscribeAsync($"s{step}-{isAfter}", "http://127.0.0.1:9/");
                var offsets = await hermes.CommittedAsync(subscription);
                await RemoveAsync(hermes, subscription);
                var died = await LiveAndDieAsync(hermes, step, isAfter, isCall);
                await LiveAndDieAsync(hermes, int.MaxValue, isAfter, isCall);
                Assert.Null(await GroupAsync(hermes, subscription));
                Assert.Empty(await TasksAsync(hermes));
                var tombstone = (await records.FindAsync(hermes.Names.ConsumerGroup(subscription), Cancellation))!.Value.Tombstone;
                Assert.True(tombstone.IsDeleted);
                Assert.Equal(offsets.Count, tombstone.Offsets.Count);
                if (!died)
                    break;
                deaths++;
            }
        }
        Assert.InRange(deaths, 6, 38);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);

    private static GroupRecords Records(HermesInstallation hermes) => new(hermes.ZooKeeper, new(hermes.Paths));

    private static async Task<IReadOnlyList<string>> TasksAsync(HermesInstallation hermes) =>
        (await hermes.ZooKeeper.TryGetChildrenAsync(new JanitorPaths(hermes.Paths).Tasks, Cancellation))?.Names ?? [];

    private static Task<(Confluent.Kafka.ConsumerGroupState State, int Members)?> GroupAsync(HermesInstallation hermes, SubscriptionName subscription) =>
        hermes.Administration.FindGroupAsync(hermes.Names.ConsumerGroup(subscription));

    /// <summary>Removes a subscription as Hermes's management does: the node, then the task.</summary>
    private static async Task RemoveAsync(HermesInstallation hermes, SubscriptionName subscription)
    {
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        await AskAsync(hermes, subscription.ToString(), new CleanUpTask(subscription, "dc").Write(TimeProvider.System.GetUtcNow().AddDays(-7)));
    }

    private static async Task AskAsync(HermesInstallation hermes, string name, byte[] data)
    {
        var tasks = new JanitorPaths(hermes.Paths).Tasks;
        foreach (var path in new[] { tasks[..tasks.LastIndexOf('/')], tasks })
        {
            if (await hermes.ZooKeeper.FindAsync(path, Cancellation) is null)
                await hermes.ZooKeeper.CreateAsync(path, default, CreateMode.Persistent, Cancellation);
        }
        await hermes.ZooKeeper.CreateAsync($"{tasks}/{name}", data, CreateMode.Persistent, Cancellation);
    }

    /// <returns>Whether it died of the write, or the call.</returns>
    private static async Task<bool> LiveAndDieAsync(HermesInstallation hermes, int lethalStep, bool isAfter, bool isCall)
    {
        await using var mortal = new MortalZooKeeper(ZooKeeperClient.Start(new() { ConnectionString = hermes.ZooKeeperServers }), isCall ? int.MaxValue : lethalStep, isAfter);
        var isDead = false;
        Task MeetAsync(int call, bool isLethal)
        {
            isDead |= isCall && isLethal && call == lethalStep;
            return isDead ? Task.FromException(new ObjectDisposedException("the janitor")) : Task.CompletedTask;
        }
        var kafka = new InterceptedAdministration(hermes.Administration, (call, _) => MeetAsync(call, !isAfter), (call, _) => MeetAsync(call, isAfter));
        await using var services = JanitorDuties.Build(hermes, mortal, kafka, new() { TaskDelay = TimeSpan.Zero, LongestRetryPause = TimeSpan.FromMilliseconds(10) });
        var duty = services.GetRequiredService<TaskDuty>();
        try
        {
            await Until.TrueAsync(async () =>
            {
                await duty.RunAsync(JanitorDuties.TermOf(hermes), Cancellation);
                return isDead || mortal.IsDead || (await TasksAsync(hermes)).Count == 0;
            }, "the tasks' end", Minute);
        }
        catch (Exception) when (isDead || mortal.IsDead)
        {
            // As planned.
        }
        return isDead || mortal.IsDead;
    }
}
