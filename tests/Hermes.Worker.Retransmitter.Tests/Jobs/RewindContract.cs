using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>What a rewind promises, with workers as processes that are killed and stopped. The same on the emulator and on a
/// real broker.</summary>
public abstract class RewindContract(ZooKeeperFixture zooKeeper, ITestOutputHelper output)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Without_any_consumer_the_groups_offsets_are_moved_and_only_what_is_after_the_target_comes_again()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var (before, after, time) = await PublishAroundAsync(hermes);
        await using (var consumer = RunningWorker.Start(hermes))
        {
            await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
            Assert.Equal(0, await consumer.StopAsync());
        }
        var first = endpoint.Requests.Count;

        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var status = await jobs.EndAsync(await jobs.AskAsync(subscription, time), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
        Assert.Equal(after.Count, status.Partitions.Sum(p => p.Messages));
        AssertCommitted(status, await hermes.CommittedAsync(subscription));

        await using var next = RunningWorker.Start(hermes);
        await Until.TrueAsync(() => endpoint.Requests.Count >= first + after.Count, $"the second delivery:\n{next.Output}", Minute);
        Assert.Equal(0, await next.StopAsync());
        Assert.Equal(after.Order(StringComparer.Ordinal), endpoint.Requests.Skip(first).Select(r => r.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_group_that_never_existed_gets_offsets()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("new", "http://127.0.0.1:9/", withOffsets: false);
        var (_, after, time) = await PublishAroundAsync(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var status = await jobs.EndAsync(await jobs.AskAsync(subscription, time), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.Equal(after.Count, status.Partitions.Sum(p => p.Messages));
        AssertCommitted(status, await hermes.CommittedAsync(subscription));
    }

    [Fact]
    public async Task A_live_consumer_obeys_the_orders_and_delivers_again_what_is_after_the_target()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        await using var consumer = RunningWorker.Start(hermes);
        var (before, after, time) = await PublishAroundAsync(hermes);
        await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
        var first = endpoint.Requests.Count;

        var status = await jobs.EndAsync(await jobs.AskAsync(subscription, time), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Acknowledged, p.Moved));
        await Until.TrueAsync(() => endpoint.Requests.Count >= first + after.Count, $"the second delivery:\n{consumer.Output}", Minute);
        var ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        await Until.TrueAsync(async () => !ends.Except(await hermes.CommittedAsync(subscription)).Any(), "the group at the end again", Minute);
        Assert.Equal(after.Order(StringComparer.Ordinal), endpoint.Requests.Skip(first).Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(0, await consumer.StopAsync());
    }

    [Fact]
    public async Task After_a_kill_of_the_consumer_the_job_waits_for_the_group_to_be_empty_and_then_moves_it()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        await using var consumer = RunningWorker.Start(hermes);
        var (before, after, time) = await PublishAroundAsync(hermes);
        await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
        await consumer.KillAsync();

        var id = await jobs.AskAsync(subscription, time);
        await Until.TrueAsync(async () => await jobs.StatusAsync(id) is { WaitsFor.Length: > 0 }, "a status that says what it waits for", Minute);
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
        AssertCommitted(status, await hermes.CommittedAsync(subscription));
    }

    [Fact]
    public async Task Killed_at_random_under_load_with_a_live_consumer_that_is_killed_too_every_job_ends_and_nothing_after_its_target_is_lost()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var (before, after, time) = await PublishAroundAsync(hermes);
        var consumer = RunningWorker.Start(hermes, ("Consumer:InstanceId", "worker-1"));
        try
        {
            await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
            // A kill may repeat what was not committed yet, whatever a job moves.
            await Until.TrueAsync(async () => (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value) == before.Count + after.Count, "all is committed", Minute);
            using var load = new Load(hermes);
            for (var i = 0; i < 5; i++)
            {
                var first = endpoint.Requests.Count;
                var id = await jobs.AskAsync(subscription, time);
                for (var kills = 0; kills < 2; kills++)
                {
                    await using var doomed = RunningWorker.Start(JobSite.Worker, hermes);
                    var moment = TimeProvider.System.GetTimestamp();
                    var patience = TimeSpan.FromMilliseconds(500 + random.Next(1500));
                    await Until.TrueAsync(() => TimeProvider.System.GetElapsedTime(moment) > patience, "the random moment", Minute);
                    await doomed.KillAsync();
                    if (random.Next(2) == 0)
                    {
                        await consumer.KillAsync();
                        await consumer.DisposeAsync();
                        consumer = RunningWorker.Start(hermes, ("Consumer:InstanceId", "worker-1"));
                    }
                }
                await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
                var status = await jobs.EndAsync(id, retransmitter);
                Assert.Equal(JobPhases.Completed, status.Phase);
                await Until.TrueAsync(() => !after.Except(endpoint.Requests.Skip(first).Select(r => r.Id)).Any(), $"what is after the target, again:\n{consumer.Output}", Minute);
                Assert.Empty(before.Intersect(endpoint.Requests.Skip(first).Select(r => r.Id)));
            }
            var ids = await load.EndAsync();
            await WhenAllCameAsync(endpoint, ids, consumer);
        }
        finally
        {
            await consumer.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_in_the_status_with_its_reason()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(10);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);

        await RefusedAsync(JobSite.Rewind(subscription, new() { Time = TimeProvider.System.GetUtcNow().AddHours(1) }), "allowEnd");
        await RefusedAsync(JobSite.Rewind(new(HermesInstallation.Topic, "nobody"), new() { Messages = 1 }), "There is no subscription shop.orders$nobody");
        await RefusedAsync(JobSite.Rewind(subscription, new() { Messages = 1, Duration = "PT1H" }), "exactly one");
        await RefusedAsync(JobSite.Rewind(subscription, new() { Duration = "an hour" }), "'an hour'");
        await RefusedAsync(JobSite.Rewind(subscription, new() { Offsets = Offsets("else", 0, 1) }), "else[0]");
        await RefusedAsync(JobSite.Rewind(subscription, new() { Offsets = Offsets(hermes.KafkaTopic, 0, -1) }), "-1");
        await RefusedAsync(JobSite.Rewind(subscription, new() { Messages = 1 }) with { Mode = "sideways" }, "'sideways'");
        await RefusedTextAsync("no json", "cannot be read");
        await RefusedTextAsync("""{"version":1,"mode":"rewind","subscription":"shop.orders$billing","target":{"messages":1},"speed":9}""", "speed");

        var unknown = await TextAsync("""{"version":2,"anything":true}""");
        var elsewhere = await jobs.Client.CreateAsync(JobSite.Rewind(subscription, new() { Messages = 1 }) with { Datacenter = "elsewhere" }, Cancellation);
        var last = await jobs.EndAsync(await jobs.AskAsync(subscription, new JobTarget { Messages = 1 }), retransmitter);
        Assert.Equal(JobPhases.Completed, last.Phase);
        Assert.Null(await jobs.StatusAsync(unknown));
        Assert.Null(await jobs.StatusAsync(elsewhere));

        async Task RefusedAsync(JobDocument document, string reason) => await RefusedTextAsync(System.Text.Encoding.UTF8.GetString(JobJson.Write(document, JobJson.Instance.JobDocument)), reason);

        async Task RefusedTextAsync(string text, string reason)
        {
            var status = await jobs.WhenEndedAsync(await TextAsync(text), () => retransmitter.Output);
            Assert.Equal(JobPhases.Refused, status.Phase);
            Assert.Contains(reason, status.Reason, StringComparison.Ordinal);
        }

        async Task<string> TextAsync(string text)
        {
            await jobs.Client.CreateFoldersAsync(Cancellation);
            var id = Guid.CreateVersion7().ToString();
            await hermes.ZooKeeper.CreateAsync(jobs.Paths.Job(id), System.Text.Encoding.UTF8.GetBytes(text), ZooKeeper.CreateMode.Persistent, Cancellation);
            return id;
        }
    }

    [Fact]
    public async Task A_dry_run_tells_the_targets_and_moves_nothing()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var committed = await hermes.CommittedAsync(subscription);
        var (_, after, time) = await PublishAroundAsync(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var status = await jobs.EndAsync(await jobs.Client.CreateAsync(JobSite.Rewind(subscription, new() { Time = time }) with { DryRun = true }, Cancellation), retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.Equal(after.Count, status.Partitions.Sum(p => p.Messages));
        Assert.All(status.Partitions, p => Assert.Null(p.Moved));
        Assert.Equal(committed, await hermes.CommittedAsync(subscription));
    }

    [Fact]
    public async Task A_hundred_jobs_for_ten_subscriptions_by_two_workers_each_end_once_in_the_order_of_their_creation()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        await hermes.PublishAsync(100);
        var subscriptions = new List<SubscriptionName>();
        for (var i = 0; i < 10; i++)
            subscriptions.Add(await hermes.SubscribeAsync($"s{i}", "http://127.0.0.1:9/"));
        await using var first = RunningWorker.Start(JobSite.Worker, hermes);
        await using var second = RunningWorker.Start(JobSite.Worker, hermes);
        var asked = new List<(SubscriptionName Subscription, string Id, int Back)>();
        for (var back = 0; back < 10; back++)
        {
            foreach (var subscription in subscriptions)
                asked.Add((subscription, await jobs.AskAsync(subscription, new JobTarget { Offsets = Offsets(hermes.KafkaTopic, 0, back) }), back));
        }
        foreach (var (_, id, _) in asked)
            Assert.Equal(JobPhases.Completed, (await jobs.EndAsync(id, first)).Phase);
        foreach (var subscription in subscriptions)
        {
            // The last one asked for is the last one done.
            Assert.Equal(9, (await hermes.CommittedAsync(subscription)).Single(o => o.Partition.Value == 0).Offset.Value);
        }
    }

    [Fact]
    public async Task A_hundred_jobs_for_a_hundred_subscriptions_at_once_each_end()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        await hermes.PublishAsync(100);
        var subscriptions = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => hermes.SubscribeAsync($"s{i}", "http://127.0.0.1:9/")));
        await using var first = RunningWorker.Start(JobSite.Worker, hermes);
        await using var second = RunningWorker.Start(JobSite.Worker, hermes);
        var ids = await Task.WhenAll(subscriptions.Select((s, i) => jobs.AskAsync(s, new JobTarget { Offsets = Offsets(hermes.KafkaTopic, 0, i % 7) })));
        foreach (var id in ids)
            Assert.Equal(JobPhases.Completed, (await jobs.EndAsync(id, first)).Phase);
        foreach (var (subscription, i) in subscriptions.Select((s, i) => (s, i)))
            Assert.Equal(i % 7, (await hermes.CommittedAsync(subscription)).Single(o => o.Partition.Value == 0).Offset.Value);
    }

    [Fact]
    public async Task A_deleted_or_cancelled_job_leaves_nothing_and_a_deleted_subscription_fails_its_job()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(10);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);

        // A member that obeys nothing, as one of another fleet would.
        using var stranger = hermes.Join(subscription);
        await stranger.WhenAssignedAsync();
        var cancelled = await jobs.AskAsync(subscription, new JobTarget { Messages = 1 });
        await Until.TrueAsync(async () => await jobs.StatusAsync(cancelled) is { WaitsFor.Length: > 0 }, "a status that says what it waits for", Minute);
        Assert.True(await jobs.Client.CancelAsync(cancelled, "a test", Cancellation));
        Assert.Equal(JobPhases.Cancelled, (await jobs.EndAsync(cancelled, retransmitter)).Phase);

        var failed = await jobs.AskAsync(subscription, new JobTarget { Messages = 1 });
        await Until.TrueAsync(async () => await jobs.StatusAsync(failed) is { Phase: JobPhases.Moving }, "the job under way", Minute);
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        await hermes.SubscribeAsync("billing", endpoint.Address); // another one, of the same name
        var status = await jobs.EndAsync(failed, retransmitter);
        Assert.Equal(JobPhases.Failed, status.Phase);
        Assert.Contains("deleted", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_that_nobody_obeyed_are_withdrawn_when_the_members_are_gone()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        var (_, after, time) = await PublishAroundAsync(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        string id;
        using (var stranger = hermes.Join(subscription))
        {
            await stranger.WhenAssignedAsync();
            id = await jobs.AskAsync(subscription, time);
            await Until.TrueAsync(async () => await hermes.ZooKeeper.FindAsync(jobs.Paths.Order(id, hermes.KafkaTopic, 0), Cancellation) is not null, "the orders", Minute);
        }
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Altered, p.Moved));
        Assert.Equal(after.Count, status.Partitions.Sum(p => p.Messages));
        AssertCommitted(status, await hermes.CommittedAsync(subscription));
    }

    [Fact]
    public async Task Who_gets_a_partition_by_a_rebalance_obeys_the_order_that_waits_for_it()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var (before, after, time) = await PublishAroundAsync(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        await using var consumer = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
        string id;
        int first;
        using (var stranger = hermes.Join(subscription))
        {
            await stranger.WhenAssignedAsync();
            first = endpoint.Requests.Count;
            id = await jobs.AskAsync(subscription, time);
            await Until.TrueAsync(async () => await jobs.StatusAsync(id) is { } s && s.Partitions.Any(p => p.Moved is not null) && s.Partitions.Any(p => p.Moved is null),
                "a job that waits for the stranger's partitions alone", Minute);
        }
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal(JobPhases.Completed, status.Phase);
        Assert.All(status.Partitions, p => Assert.Equal(MoveProofs.Acknowledged, p.Moved));
        await Until.TrueAsync(() => !after.Except(endpoint.Requests.Skip(first).Select(r => r.Id)).Any(), $"the second delivery:\n{consumer.Output}", Minute);
        Assert.Empty(before.Intersect(endpoint.Requests.Skip(first).Select(r => r.Id)));
    }

    [Fact]
    public async Task Suspensions_and_activations_at_any_moment_of_a_job_change_its_way_and_not_its_end()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var (before, after, time) = await PublishAroundAsync(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        await using var consumer = RunningWorker.Start(hermes);
        await WhenAllCameAsync(endpoint, [.. before, .. after], consumer);
        for (var i = 0; i < 12; i++)
        {
            var first = endpoint.Requests.Count;
            var id = await jobs.AskAsync(subscription, time);
            var (moment, patience) = (TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(random.Next(80)));
            await Until.TrueAsync(() => TimeProvider.System.GetElapsedTime(moment) >= patience, "the random moment", Minute);
            var state = i % 2 == 0 ? SubscriptionState.Suspended : SubscriptionState.Active;
            await hermes.Registry.UpdateSubscriptionAsync(subscription, s => s with { State = state }, Cancellation);
            var status = await jobs.EndAsync(id, retransmitter);
            Assert.Equal(JobPhases.Completed, status.Phase);
            if (state == SubscriptionState.Active)
            {
                await Until.TrueAsync(() => !after.Except(endpoint.Requests.Skip(first).Select(r => r.Id)).Any(),
                    $"round {i}: what is after the target, again:\n{consumer.Output}", Minute);
            }
            Assert.Empty(before.Intersect(endpoint.Requests.Skip(first).Select(r => r.Id)));
        }
        Assert.Equal(0, await consumer.StopAsync());
    }

    [Fact]
    public async Task Finished_jobs_are_deleted_when_their_time_is_over()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(10);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes, ("Retransmitter:Retention", "00:00:01"));
        await jobs.AskAsync(subscription, new JobTarget { Messages = 1 });
        await Until.TrueAsync(async () => (await jobs.Client.ListAsync(Cancellation)).Count == 0, $"the end of the job's account:\n{retransmitter.Output}", Minute);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);

    /// <summary>Publishes before and after a moment, with room for clocks between.</summary>
    private static async Task<(IReadOnlyList<string> Before, IReadOnlyList<string> After, DateTimeOffset Time)> PublishAroundAsync(HermesInstallation hermes)
    {
        var time = TimeProvider.System.GetUtcNow();
        var before = await hermes.PublishAsync(200, time.AddMilliseconds(-1));
        var after = await hermes.PublishAsync(100, time);
        return (before, after, time);
    }

    private static async Task WhenAllCameAsync(HttpEndpoint endpoint, IReadOnlyList<string> ids, RunningWorker worker) => await Until.TrueAsync(
        () => !ids.Except(endpoint.Requests.Select(r => r.Id)).Any(), $"the delivery of {ids.Count} messages:\n{worker.Output}", Minute);

    private static void AssertCommitted(JobStatus status, IReadOnlyList<Confluent.Kafka.TopicPartitionOffset> committed) => Assert.Equal(
        status.Partitions.Select(p => (p.Topic, p.Partition, p.To)).Order(), committed.Select(o => (o.Topic, o.Partition.Value, o.Offset.Value)).Order());

    private static Dictionary<string, IReadOnlyDictionary<int, long>> Offsets(string topic, int partition, long offset) =>
        new(StringComparer.Ordinal) { [topic] = new Dictionary<int, long> { [partition] = offset } };
}
