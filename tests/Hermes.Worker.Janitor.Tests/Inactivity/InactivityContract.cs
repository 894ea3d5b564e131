using Confluent.Kafka;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Kafka;
using Hermes.Testing;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Inactivity;

/// <summary>Groups that no task names: which are found, which are spared, and when the janitor does nothing at all. The same on
/// the emulator and on a real broker.</summary>
public abstract class InactivityContract(ZooKeeperFixture zooKeeper)
{
    private const string Janitor = "Hermes.Worker.Janitor";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly (string, string)[] Eager =
    [
        ("Janitor:InactiveSchedule", "00:00:00.300"), ("Janitor:TasksSchedule", "00:00:00.300"), ("Janitor:InactiveAfter", "00:00:01"),
        // Other tests' groups are on the same broker.
        ("Janitor:MostCandidates", "100"),
    ];

    [Fact]
    public async Task Abandoned_groups_are_planned_and_deleted_when_the_plan_is_applied_and_all_others_are_safe()
    {
        await using var hermes = await InstallAsync();
        var records = new GroupRecords(hermes.ZooKeeper, new(hermes.Paths));
        var prefix = hermes.Names.ConsumerGroup(await hermes.SubscribeAsync("resting", "http://127.0.0.1:9/"))[..^"resting".Length];
        var abandoned = new[] { $"{prefix}old", $"{prefix}older" };
        foreach (var group in abandoned)
            await CommitAsync(hermes, group, hermes.KafkaTopic, 1);
        await CommitAsync(hermes, $"{prefix}denied", hermes.KafkaTopic, 1);
        await CommitAsync(hermes, $"{prefix}a_b", hermes.KafkaTopic, 1); // not by our rule: an underscore would be doubled
        await hermes.Administration.CreateTopicAsync($"{hermes.Kafka.Namespace}_foreign", 1, 1, new Dictionary<string, string>(StringComparer.Ordinal));
        await CommitAsync(hermes, $"{prefix}foreign", $"{hermes.Kafka.Namespace}_foreign", 1); // reads what is not ours
        await CommitAsync(hermes, $"{prefix}simple", hermes.KafkaTopic, 1); // a consumer without a group, which commits
        using var member = new StrangeMember(new KafkaClients(hermes.Kafka).Consumer($"{prefix}busy"), hermes.KafkaTopic);
        await member.WhenAssignedAsync();
        using var stop = new CancellationTokenSource();
        var moving = MoveAsync(hermes, $"{prefix}simple", stop.Token);

        await using var janitor = RunningWorker.Start(Janitor, hermes, [.. Eager, ("Janitor:Denied:0", ".*_denied")]);
        await Until.TrueAsync(async () => await records.PlansAsync(Cancellation) is [.., var id]
            && (await records.FindPlanAsync(id, Cancellation))!.Groups.Select(g => g.Group).SequenceEqual(abandoned, StringComparer.Ordinal), $"the plan:\n{janitor.Output}", Minute);
        foreach (var group in abandoned)
            Assert.NotNull(await hermes.Administration.FindGroupAsync(group)); // a dry run
        Assert.True(await records.ApplyAsync((await records.PlansAsync(Cancellation))[^1], "a test", Cancellation));
        foreach (var group in abandoned)
            await Until.TrueAsync(async () => await hermes.Administration.FindGroupAsync(group) is null, $"the end of {group}:\n{janitor.Output}", Minute);
        await Until.TrueAsync(async () => (await records.HistoryAsync(Cancellation)).Count == 2, "the account of it", Minute);
        Assert.All(await records.HistoryAsync(Cancellation), e => Assert.Contains("abandoned since", e.What, StringComparison.Ordinal));
        foreach (var name in new[] { "resting", "denied", "a_b", "foreign", "simple", "busy" })
            Assert.NotNull(await hermes.Administration.FindGroupAsync($"{prefix}{name}"));

        // At rest from now on, it is abandoned too; and it needs a plan of its own.
        await stop.CancelAsync();
        await moving;
        await Until.TrueAsync(async () => await records.PlansAsync(Cancellation) is [.., var id]
            && (await records.FindPlanAsync(id, Cancellation))?.Groups is [{ Group: var group }] && group == $"{prefix}simple", $"another plan:\n{janitor.Output}", Minute);
        Assert.NotNull(await hermes.Administration.FindGroupAsync($"{prefix}simple"));
    }

    [Fact]
    public async Task Without_a_dry_run_they_go_by_themselves_and_no_more_than_the_cap_at_once()
    {
        await using var hermes = await InstallAsync();
        var prefix = hermes.Names.ConsumerGroup(await hermes.SubscribeAsync("resting", "http://127.0.0.1:9/"))[..^"resting".Length];
        for (var i = 0; i < 5; i++)
            await CommitAsync(hermes, $"{prefix}old{i}", hermes.KafkaTopic, 1);
        await using var janitor = RunningWorker.Start(Janitor, hermes, [.. Eager, ("Janitor:DryRun", "false"), ("Janitor:MostDeletions", "2")]);
        for (var i = 0; i < 5; i++)
            await Until.TrueAsync(async () => await hermes.Administration.FindGroupAsync($"{prefix}old{i}") is null, $"the end of old{i}:\n{janitor.Output}", Minute);
        Assert.Contains("2 groups are enough for one run", janitor.Output, StringComparison.Ordinal);
        Assert.NotNull(await hermes.Administration.FindGroupAsync($"{prefix}resting"));
    }

    [Fact]
    public async Task Nothing_is_deleted_by_an_empty_registry_or_when_too_many_look_abandoned()
    {
        await using var hermes = await InstallAsync();
        var prefix = hermes.Names.ConsumerGroup(new(HermesInstallation.Topic, "x"))[..^1];
        for (var i = 0; i < 3; i++)
            await CommitAsync(hermes, $"{prefix}old{i}", hermes.KafkaTopic, 1);
        await using var janitor = RunningWorker.Start(
            Janitor, hermes, [.. Eager, ("Janitor:DryRun", "false"), ("Janitor:MostCandidates", "2"), ("Janitor:LargestShare", "0")]);
        await janitor.WhenSaidAsync("has no subscription at all: nothing is deleted");
        await hermes.SubscribeAsync("resting", "http://127.0.0.1:9/");
        await janitor.WhenSaidAsync("groups look abandoned, more than");
        for (var i = 0; i < 3; i++)
            Assert.NotNull(await hermes.Administration.FindGroupAsync($"{prefix}old{i}"));
    }

    [Fact]
    public async Task Offsets_of_topics_that_a_living_group_no_longer_reads_are_planned_and_removed_and_can_be_restored()
    {
        await using var hermes = await InstallAsync();
        var records = new GroupRecords(hermes.ZooKeeper, new(hermes.Paths));
        var (returns, foreign) = ($"{hermes.Kafka.Namespace}_shop.returns", $"{hermes.Kafka.Namespace}-foreign");
        foreach (var topic in new[] { returns, foreign })
            await hermes.Administration.CreateTopicAsync(topic, 1, 1, new Dictionary<string, string>(StringComparer.Ordinal));
        var (live, other) = (await hermes.SubscribeAsync("live", "http://127.0.0.1:9/"), await hermes.SubscribeAsync("other", "http://127.0.0.1:9/"));
        var group = hermes.Names.ConsumerGroup(live);
        foreach (var topic in new[] { returns, foreign })
            await CommitAsync(hermes, group, topic, 0);
        await CommitAsync(hermes, hermes.Names.ConsumerGroup(other), returns, 0);
        using var reader = new StrangeMember(new KafkaClients(hermes.Kafka).Consumer(hermes.Names.ConsumerGroup(other)), returns); // reads it, whatever the registry says
        await reader.WhenAssignedAsync();
        using (var member = hermes.Join(live))
        {
            await member.WhenAssignedAsync();
            await using var janitor = RunningWorker.Start(Janitor, hermes, Eager);
            await Until.TrueAsync(async () => await records.PlansAsync(Cancellation) is [.., var id]
                && (await records.FindPlanAsync(id, Cancellation))!.Groups.Select(g => (g.Group, g.Topic)).SequenceEqual([(group, returns), (hermes.Names.ConsumerGroup(other), returns)]), $"the plan:\n{janitor.Output}", Minute);
            Assert.Contains(await hermes.Administration.CommittedAsync(group), o => o.Topic == returns); // a dry run
            Assert.True(await records.ApplyAsync((await records.PlansAsync(Cancellation))[^1], "a test", Cancellation));
            await Until.TrueAsync(async () => (await hermes.Administration.CommittedAsync(group)).All(o => o.Topic != returns), $"the end of the offsets:\n{janitor.Output}", Minute);
            await Until.TrueAsync(async () => (await records.HistoryAsync(Cancellation)).Any(e => e.What.Contains("its group has members", StringComparison.Ordinal)), $"the account of what was spared:\n{janitor.Output}", Minute);
        }
        Assert.Equal(5, (await hermes.Administration.CommittedAsync(group)).Count); // of the topic that it reads, and the foreign one
        Assert.Contains(await hermes.Administration.CommittedAsync(hermes.Names.ConsumerGroup(other)), o => o.Topic == returns);
        var tombstone = (await records.FindAsync(GroupKey.Of(group, returns), Cancellation))!.Value.Tombstone;
        Assert.True(tombstone.IsDeleted);
        await Until.TrueAsync(async () => !await hermes.Administration.HasMembersAsync(group), "the member's leaving");
        await new GroupRestorer(hermes.ZooKeeper, records, hermes.Administration, new(hermes.ZooKeeper, new(hermes.Paths)), TimeProvider.System).RestoreAsync(tombstone, "a test", [], Cancellation);
        Assert.Contains(await hermes.Administration.CommittedAsync(group), o => o.Topic == returns);
    }

    [Fact]
    public async Task Nothing_is_deleted_while_the_registry_is_half_there_another_or_gone()
    {
        await using var hermes = await InstallAsync();
        var (resting, paths) = (hermes.Names.ConsumerGroup(await hermes.SubscribeAsync("resting", "http://127.0.0.1:9/")), new JanitorPaths(hermes.Paths));
        await using var janitor = RunningWorker.Start(Janitor, hermes, [.. Eager, ("Janitor:DryRun", "false")]);
        await janitor.WhenSaidAsync("Looked at");

        // Half of it: a topic without what is made in one stroke with it.
        await DeleteAsync(hermes, hermes.Paths.Subscriptions(HermesInstallation.Topic));
        await janitor.WhenSaidAsync("The registry is not complete");
        // Another one, with subscriptions of its own: its topics are others.
        await DeleteAsync(hermes, hermes.Paths.Topic(HermesInstallation.Topic));
        var other = Hermes.Shared.Naming.TopicName.Parse($"{HermesInstallation.Topic.Group}.other");
        await hermes.Registry.CreateTopicAsync(new() { Name = other.ToString(), ContentType = Hermes.Shared.Registry.ContentTypes.Json }, Cancellation);
        await hermes.Registry.CreateSubscriptionAsync(new() { TopicName = other.ToString(), Name = "x", Endpoint = "http://127.0.0.1:9/" }, Cancellation);
        var looks = Looks(janitor);
        await Until.TrueAsync(() => Looks(janitor) > looks + 10, $"more looks:\n{janitor.Output}", Minute);
        Assert.NotNull(await hermes.Administration.FindGroupAsync(resting));
        // None, or not the root that it should be.
        await DeleteAsync(hermes, hermes.Paths.Groups);
        await janitor.WhenSaidAsync("There is no registry at");
        // All is gone, the janitor's own nodes too.
        await DeleteAsync(hermes, paths.Folder);
        await janitor.WhenSaidAsync("leads no more");
        Assert.NotNull(await hermes.Administration.FindGroupAsync(resting));
        Assert.DoesNotContain("Deleted consumer group", janitor.Output, StringComparison.Ordinal);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static int Looks(RunningWorker janitor) => janitor.Output.Split("Looked at").Length - 1;

    private static async Task DeleteAsync(HermesInstallation hermes, string path)
    {
        foreach (var child in (await hermes.ZooKeeper.TryGetChildrenAsync(path, Cancellation))?.Names ?? [])
            await DeleteAsync(hermes, $"{path}/{child}");
        try
        {
            await hermes.ZooKeeper.DeleteAsync(path, Hermes.ZooKeeper.NodeVersion.Any, Cancellation);
        }
        catch (Hermes.ZooKeeper.ZooKeeperException e) when (e.Code is Hermes.ZooKeeper.ErrorCode.NotEmpty)
        {
            await DeleteAsync(hermes, path); // the janitor has just written below it
        }
        catch (Hermes.ZooKeeper.ZooKeeperException e) when (e.Code is Hermes.ZooKeeper.ErrorCode.NoNode)
        {
            // It was never there.
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);

    private static Task CommitAsync(HermesInstallation hermes, string group, string topic, long offset) =>
        hermes.Administration.CommitAsync(group, [new TopicPartitionOffset(topic, 0, offset)]);

    private static async Task MoveAsync(HermesInstallation hermes, string group, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        for (var offset = 2; !stop.IsCancellationRequested; offset++)
        {
            await CommitAsync(hermes, group, hermes.KafkaTopic, offset);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
