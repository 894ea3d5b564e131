using Hermes.Shared.Fleet;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Partitions change their owner while messages are on the wire. The same on the emulator and on a real broker.</summary>
public abstract class HandOverContract(ZooKeeperFixture zooKeeper)
{
    // A member of the group whatever the fleet says: what is tried here is the group's.
    private static readonly (string, string) Alone = ("Consumer:Workload", "All");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Members_that_come_and_go_under_load_lose_nothing_and_repeat_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        endpoint.Answer = static request => new(200) { After = TimeSpan.FromMilliseconds(request.Body.Length % 2 == 0 ? 20 : 120) };
        await using var hermes = await InstallAsync();
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var first = RunningWorker.Start(hermes, Alone);
        await first.WhenSaidAsync("reads");
        using var load = new Load(hermes);
        await Deliveries.WhenMoreCameAsync(endpoint, 200, first);
        await using var second = RunningWorker.Start(hermes, Alone);
        await second.WhenSaidAsync("reads");
        await Deliveries.WhenMoreCameAsync(endpoint, 300, second);
        await using var third = RunningWorker.Start(hermes, Alone);
        await third.WhenSaidAsync("reads");
        await Deliveries.WhenMoreCameAsync(endpoint, 300, third);
        Assert.Equal(0, await first.StopAsync());
        await Deliveries.WhenMoreCameAsync(endpoint, 300, second);
        Assert.Equal(0, await third.StopAsync());
        await Deliveries.WhenMoreCameAsync(endpoint, 300, second);
        var ids = await load.EndAsync();
        await Until.TrueAsync(() => !ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), $"all were delivered:\n{second.Output}", Minute);
        Assert.Equal(0, await second.StopAsync());
        var repeated = endpoint.Requests.CountBy(r => r.Id).Where(c => c.Value > 1).ToList();
        Assert.True(repeated.Count == 0, $"{repeated.Count} of {ids.Count} were repeated:\n{first.Output}\n{second.Output}\n{third.Output}");
    }

    [Fact]
    public async Task A_lost_session_of_ZooKeeper_loses_nothing_and_repeats_nothing()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await using var proxy = FaultProxy.Start(hermes.ZooKeeperServers);
        await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("ZooKeeper:ConnectionString", proxy.ConnectionString));
        await worker.WhenSaidAsync("reads");
        using var load = new Load(hermes);
        await Deliveries.WhenMoreCameAsync(endpoint, 200, worker);
        await proxy.RefuseAsync();
        proxy.Cut();
        await WhenRegisteredAsync(hermes, 0, worker); // its session is over
        await Deliveries.WhenMoreCameAsync(endpoint, 200, worker);
        proxy.Accept();
        await WhenRegisteredAsync(hermes, 1, worker);
        await Deliveries.WhenMoreCameAsync(endpoint, 500, worker);
        var ids = await load.EndAsync();
        await Until.TrueAsync(() => !ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), $"all were delivered:\n{worker.Output}", Minute);
        Assert.Equal(0, await worker.StopAsync());
        Assert.DoesNotContain(endpoint.Requests.CountBy(r => r.Id), c => c.Value > 1);
    }

    [Fact]
    public async Task A_hand_over_waits_for_what_is_on_the_wire_and_holds_up_no_other_subscription()
    {
        await using var slow = await HttpEndpoint.StartAsync();
        await using var quick = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("slow", slow.Address, new() { Rate = 100_000, RequestTimeout = 60_000 });
        await hermes.SubscribeAsync("quick", quick.Address);
        await using var worker = RunningWorker.Start(hermes, Alone, ("Consumer:IntakeThreads", "1"), ("Consumer:HandOverBudget", "00:00:30"));
        await worker.WhenSaidAsync("slow reads");
        await worker.WhenSaidAsync("quick reads");
        slow.Hold();
        var ids = await hermes.PublishAsync(40);
        await slow.WhenReceivedAsync(40, Minute);
        using var other = hermes.Join(subscription);
        for (var i = 0; i < 10; i++)
        {
            var more = await hermes.PublishAsync(20);
            await Until.TrueAsync(() => !more.Except(quick.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), $"the others go on:\n{worker.Output}", Minute);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken); // over the broker's pause for members that join
        }
        Assert.False(other.WhenAssignedAsync().IsCompleted);
        slow.Release();
        await other.WhenAssignedAsync();
        // All that were on the wire are committed, wherever their partitions are now.
        var seen = slow.Requests.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(seen, ids.ToHashSet(StringComparer.Ordinal));
        Assert.Equal(0, await worker.StopAsync());
        Assert.All(slow.Requests.CountBy(r => r.Id).Where(c => ids.Contains(c.Key)), c => Assert.Equal(1, c.Value));
    }

    [Fact]
    public async Task What_outlasts_the_budget_of_a_hand_over_is_delivered_again_by_the_next_owner()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await InstallAsync();
        await hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 100_000, RequestTimeout = 60_000 });
        await using var first = RunningWorker.Start(hermes, Alone, ("Consumer:HandOverBudget", "00:00:00.500"));
        await first.WhenSaidAsync("reads");
        endpoint.Hold();
        var ids = await hermes.PublishAsync(40);
        await endpoint.WhenReceivedAsync(40, Minute);
        await using var second = RunningWorker.Start(hermes, Alone);
        await first.WhenSaidAsync("attempts that did not end within");
        await second.WhenSaidAsync("reads");
        endpoint.Release();
        await Until.TrueAsync(() => endpoint.Requests.Count >= 80, $"all came again:\n{second.Output}", Minute);
        Assert.Equal(0, await first.StopAsync());
        Assert.Equal(0, await second.StopAsync());
        Assert.All(endpoint.Requests.CountBy(r => r.Id), c => Assert.Equal(2, c.Value));
        Assert.Equal(40, ids.Count);
    }

    protected abstract IKafkaBroker Broker { get; }

    private Task<HermesInstallation> InstallAsync() =>
        HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 6);

    private static Task WhenRegisteredAsync(HermesInstallation hermes, int workers, RunningWorker worker) => Until.TrueAsync(
        async () => (await hermes.ZooKeeper.GetChildrenAsync(new FleetPaths(hermes.Paths, hermes.Kafka.ClusterName).Nodes, TestContext.Current.CancellationToken)).Names.Count == workers,
        $"{workers} workers are registered:\n{worker.Output}", Minute);
}
