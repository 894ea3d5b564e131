using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>What a replay promises, with workers as processes that are killed and stopped. The same on the emulator and on a
/// real broker.</summary>
public abstract class ReplayContract(ZooKeeperFixture zooKeeper, ITestOutputHelper output)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Without_any_consumer_the_range_is_delivered_once_under_the_jobs_id_and_the_groups_offsets_stay()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var committed = await hermes.CommittedAsync(subscription);
        var time = TimeProvider.System.GetUtcNow();
        await hermes.PublishAsync(50, time.AddMilliseconds(-1));
        var first = await hermes.PublishAsync(60, time);
        var last = await hermes.PublishAsync(70, time.AddMilliseconds(500));
        await hermes.PublishAsync(80, time.AddMilliseconds(501));
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, time, time.AddMilliseconds(500)));
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal((JobPhases.Completed, 130L, 130L), (status.Phase, status.Replay!.Delivered, status.Replay.Total));
        Assert.Equal(first.Concat(last).Order(StringComparer.Ordinal), endpoint.Requests.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.All(endpoint.Requests, r => Assert.Equal(id, r.Header(ReplaySubscription.IdHeader)));
        Assert.Equal(committed, await hermes.CommittedAsync(subscription));
        Assert.False(await hermes.Administration.HasMembersAsync(hermes.Names.ConsumerGroup(subscription)));
        Assert.Equal(0, await retransmitter.StopAsync());
    }

    [Fact]
    public async Task Beside_live_traffic_by_offsets_with_filters_and_a_capped_rate()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        var old = await hermes.PublishAsync(400);
        await using var consumer = RunningWorker.Start(hermes);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        await WhenCameAsync(endpoint, old, consumer);
        using var load = new Load(hermes);
        var starts = await hermes.Administration.StartsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        var started = TimeProvider.System.GetTimestamp();
        var status = await jobs.EndAsync(await jobs.AskAsync(JobSite.Rewind(subscription, new() { Offsets = Offsets(hermes, starts.Select(_ => 10L)) }) with
        {
            Mode = JobModes.Replay,
            Until = new() { Offsets = Offsets(hermes, starts.Select(_ => 49L)) },
            Filters = [new() { Type = "jsonpath", Path = "$.number", Matcher = "[0-9]*[02468]" }],
            Rate = 20,
        }), retransmitter);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        Assert.Equal(JobPhases.Completed, status.Phase);
        var replay = status.Replay!;
        Assert.Equal((40L * starts.Count, 40L * starts.Count, 0L), (replay.Total, replay.Delivered + replay.Filtered, replay.Discarded));
        var replayed = endpoint.Requests.Where(r => r.Header(ReplaySubscription.IdHeader) is not null).ToList();
        Assert.Equal(replay.Delivered, replayed.Count);
        Assert.NotEmpty(replayed);
        Assert.Empty(replayed.Select(r => r.Id).Except(old));
        // One second's worth may come at once.
        Assert.True(elapsed.TotalSeconds > (replayed.Count - 20) / 20.0 * 0.9, $"{replayed.Count} messages in {elapsed.TotalSeconds:0.0} s");
        await WhenCameAsync(endpoint, await load.EndAsync(), consumer); // the live traffic went on
        Assert.All(endpoint.Requests.Where(r => r.Header(ReplaySubscription.IdHeader) is null).CountBy(r => r.Id), r => Assert.Equal(1, r.Value));
    }

    [Fact]
    public async Task A_killed_worker_s_replay_goes_on_at_the_checkpoint_under_load()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        const int rate = 200;
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = rate, InflightSize = 20, MessageBackoff = 50 });
        var ids = await hermes.PublishAsync(2000);
        using var load = new Load(hermes);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(1)));
        var kills = 0;
        var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        try
        {
            while (endpoint.Requests.Count < 1500)
            {
                var goal = endpoint.Requests.Count + random.Next(1, 700);
                await Until.TrueAsync(async () => endpoint.Requests.Count >= goal || await IsOverAsync(), $"{goal} messages:\n{retransmitter.Output}", Minute);
                if (await IsOverAsync())
                    break;
                if (random.Next(3) == 0)
                    Assert.Equal(0, await retransmitter.StopAsync());
                else
                    await retransmitter.KillAsync();
                kills++;
                await retransmitter.DisposeAsync();
                retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
            }
            var status = await jobs.EndAsync(id, retransmitter);
            await load.EndAsync();
            Assert.Equal(JobPhases.Completed, status.Phase);
            Assert.Empty(ids.Except(endpoint.Requests.Select(r => r.Id)));
            var repeated = endpoint.Requests.CountBy(r => r.Id).Sum(r => r.Value - 1);
            output.WriteLine($"{kills} kills and stops, {endpoint.Requests.Count} requests, {repeated} repeated");
            // A second's worth since the last checkpoint, another that a start allows at once, and what is in flight.
            Assert.InRange(repeated, 0, kills * ((2 * rate) + 20));
        }
        finally
        {
            await retransmitter.DisposeAsync();
        }

        async Task<bool> IsOverAsync() => await jobs.StatusAsync(id) is { } s && JobPhases.IsFinal(s.Phase);
    }

    [Fact]
    public async Task A_stopped_worker_repeats_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 100, InflightSize = 10 });
        var ids = await hermes.PublishAsync(300);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1)));
        await using (var first = RunningWorker.Start(JobSite.Worker, hermes))
        {
            await Until.TrueAsync(() => endpoint.Requests.Count > 120, $"a part of it:\n{first.Output}", Minute);
            Assert.Equal(0, await first.StopAsync());
        }
        await using var second = RunningWorker.Start(JobSite.Worker, hermes);
        Assert.Equal(JobPhases.Completed, (await jobs.EndAsync(id, second)).Phase);
        Assert.Equal(ids.Order(StringComparer.Ordinal), endpoint.Requests.Select(r => r.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_rests_while_it_is_paused_or_its_subscription_is_suspended_and_stops_when_the_subscription_goes()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 50, InflightSize = 10 });
        await hermes.PublishAsync(5000);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1)));
        await GoesOnAsync();
        Assert.True(await jobs.Client.PauseAsync(id, isPaused: true, "a test", Cancellation));
        await RestsAsync("pause");
        Assert.True(await jobs.Client.PauseAsync(id, isPaused: false, "a test", Cancellation));
        await GoesOnAsync();
        await hermes.Registry.UpdateSubscriptionAsync(subscription, s => s with { State = SubscriptionState.Suspended }, Cancellation);
        await RestsAsync(SubscriptionState.Suspended);
        await hermes.Registry.UpdateSubscriptionAsync(subscription, s => s with { State = SubscriptionState.Active }, Cancellation);
        await GoesOnAsync();

        // Another job for the subscription waits its turn.
        var second = await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1)));
        await Until.TrueAsync(async () => await jobs.StatusAsync(second) is { Phase: JobPhases.Queued }, "the second job in the queue", Minute);
        Assert.True(await jobs.Client.CancelAsync(id, "a test", Cancellation));
        var cancelled = await jobs.EndAsync(id, retransmitter);
        Assert.Equal(JobPhases.Cancelled, cancelled.Phase);
        Assert.InRange(cancelled.Replay!.Delivered, 1, 4999);

        await Until.TrueAsync(async () => await jobs.StatusAsync(second) is { Phase: JobPhases.Replaying }, "the second job's turn", Minute);
        await hermes.Registry.DeleteSubscriptionAsync(subscription, Cancellation);
        await hermes.SubscribeAsync("billing", endpoint.Address); // another one, of the same name
        var failed = await jobs.EndAsync(second, retransmitter);
        Assert.Equal(JobPhases.Failed, failed.Phase);
        Assert.Contains("deleted", failed.Reason, StringComparison.Ordinal);
        var last = endpoint.Requests.Count;
        var third = await jobs.EndAsync(await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1)) with { DryRun = true }), retransmitter);
        Assert.Equal((JobPhases.Completed, 5000L, 0L), (third.Phase, third.Replay!.Total, third.Replay.Done));
        Assert.Equal(last, endpoint.Requests.Count);

        async Task GoesOnAsync()
        {
            var goal = endpoint.Requests.Count + 60;
            await Until.TrueAsync(() => endpoint.Requests.Count >= goal, $"deliveries:\n{retransmitter.Output}", Minute);
        }

        async Task RestsAsync(string reason)
        {
            await Until.TrueAsync(async () => await jobs.StatusAsync(id) is { Phase: JobPhases.Paused, WaitsFor: { } what } && what.Contains(reason, StringComparison.Ordinal),
                $"a rest that names {reason}:\n{retransmitter.Output}", Minute);
            // The checkpoint and the endpoint agree: nothing is on its way any more.
            Assert.Equal((await jobs.StatusAsync(id))!.Replay!.Delivered, endpoint.Requests.Count);
        }
    }

    [Fact]
    public async Task What_retention_has_taken_meanwhile_and_partitions_added_meanwhile_change_nothing_else()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 100, InflightSize = 10 });
        await hermes.PublishAsync(1000);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var id = await jobs.AskAsync(JobSite.Replay(subscription, TimeProvider.System.GetUtcNow().AddHours(-1)));
        await Until.TrueAsync(() => endpoint.Requests.Count >= 100, $"deliveries:\n{retransmitter.Output}", Minute);
        await jobs.Client.PauseAsync(id, isPaused: true, "a test", Cancellation);
        await Until.TrueAsync(async () => await jobs.StatusAsync(id) is { Phase: JobPhases.Paused }, "the rest", Minute);

        var ends = await hermes.Administration.EndsAsync(await hermes.Administration.PartitionsAsync(hermes.KafkaTopic));
        await Topics.DeleteRecordsAsync(hermes, [.. ends.Select(e => new Confluent.Kafka.TopicPartitionOffset(e.TopicPartition, e.Offset.Value - 5))]);
        await Topics.AddPartitionAsync(hermes, ends.Count + 1);
        await hermes.PublishAsync(100);
        var before = endpoint.Requests.Count;
        await jobs.Client.PauseAsync(id, isPaused: false, "a test", Cancellation);
        var status = await jobs.EndAsync(id, retransmitter);
        Assert.Equal((JobPhases.Completed, 1000L), (status.Phase, status.Replay!.Done));
        Assert.Equal(5 * ends.Count, endpoint.Requests.Count - before);
    }

    [Fact]
    public async Task What_cannot_be_done_is_refused_in_the_status_with_its_reason()
    {
        await using var hermes = await InstallAsync();
        var jobs = new JobSite(hermes);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await hermes.PublishAsync(10);
        await using var retransmitter = RunningWorker.Start(JobSite.Worker, hermes);
        var now = TimeProvider.System.GetUtcNow();
        var good = JobSite.Replay(subscription, now.AddHours(-1));
        await RefusedAsync(JobSite.Replay(subscription, now.AddHours(1)), "no record in the range");
        await RefusedAsync(JobSite.Replay(subscription, now.AddHours(-2), now.AddHours(-1)), "no record in the range");
        await RefusedAsync(JobSite.Replay(subscription, now, now.AddHours(-1)), "until.time");
        await RefusedAsync(good with { Until = new() }, "exactly one of time and offsets");
        await RefusedAsync(good with { Rate = 0 }, "rate must be 1");
        await RefusedAsync(good with { AllowEnd = true }, "allowEnd");
        await RefusedAsync(good with { Filters = [new() { Type = "moon" }] }, "filter 1 is not served");
        await RefusedAsync(good with { Mode = JobModes.Rewind, Rate = 5 }, "alone");
        await RefusedAsync(good with { Subscription = "shop.orders$nobody" }, "There is no subscription");

        async Task RefusedAsync(JobDocument document, string reason)
        {
            var status = await jobs.WhenEndedAsync(await jobs.AskAsync(document), () => retransmitter.Output);
            Assert.Equal(JobPhases.Refused, status.Phase);
            Assert.Contains(reason, status.Reason, StringComparison.Ordinal);
        }
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);

    private static async Task WhenCameAsync(HttpEndpoint endpoint, IReadOnlyList<string> ids, RunningWorker worker) => await Until.TrueAsync(
        () => !ids.Except(endpoint.Requests.Select(r => r.Id)).Any(), $"the delivery of {ids.Count} messages:\n{worker.Output}", Minute);

    private static Dictionary<string, IReadOnlyDictionary<int, long>> Offsets(HermesInstallation hermes, IEnumerable<long> offsets) =>
        new(StringComparer.Ordinal) { [hermes.KafkaTopic] = offsets.Index().ToDictionary(o => o.Index, o => o.Item) };
}
