using Hermes.Shared.Fleet;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Membership;

/// <summary>Workers as processes in one fleet, beside members and leaders that act as Hermes's own, with a real ZooKeeper.</summary>
public sealed class FleetOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private static readonly TimeSpan Minute = FleetSite.Minute;
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan FlowAgainLimit = Session + TimeSpan.FromSeconds(2);
    private EmulatorProcess? _broker;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_lone_worker_leads_and_serves_all_that_is_active_or_pending()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        var first = await fleet.Hermes.SubscribeAsync("first", endpoint.Address);
        var suspended = await fleet.Hermes.SubscribeAsync("suspended", endpoint.Address);
        await fleet.Hermes.Registry.UpdateSubscriptionAsync(suspended, d => d with { State = SubscriptionState.Suspended }, Cancellation);
        await using var worker = fleet.Start("one");
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(20), worker);
        Assert.Equal(["one"], await fleet.MembersAsync());
        Assert.Equal([await fleet.IdOfAsync(first)], await fleet.AssignedAsync("one"));

        await fleet.Hermes.Registry.UpdateSubscriptionAsync(suspended, d => d with { State = SubscriptionState.Active }, Cancellation);
        await WhenAssignedAsync(fleet, "one", await fleet.IdOfAsync(first), await fleet.IdOfAsync(suspended));
        await fleet.Hermes.Registry.DeleteSubscriptionAsync(first, Cancellation);
        await WhenAssignedAsync(fleet, "one", await fleet.IdOfAsync(suspended));
        await worker.WhenSaidAsync("Stopped shop.orders$first");
        Assert.Equal(0, await worker.StopAsync());
        Assert.Empty(await fleet.MembersAsync());
        Assert.Empty((await fleet.ZooKeeper.TryGetChildrenAsync(fleet.Paths.Leader, Cancellation))?.Names ?? []); // a container goes when it is empty
    }

    [Fact]
    public async Task Three_workers_share_the_subscriptions_and_constraints_are_kept()
    {
        await using var fleet = await InstallAsync();
        await using var one = fleet.Start("one", ("Balancing:ConsumersPerSubscription", "1"));
        await using var two = fleet.Start("two", ("Balancing:ConsumersPerSubscription", "1"));
        await using var three = fleet.Start("three", ("Balancing:ConsumersPerSubscription", "1"));
        var ids = new List<long>();
        for (var i = 0; i < 6; i++)
            ids.Add(await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync($"s{i}", "http://127.0.0.1:9/")));
        await Until.TrueAsync(async () => await LoadsAsync() is [2, 2, 2], $"two subscriptions for each:\n{one.Output}\n{two.Output}\n{three.Output}", Minute);

        await fleet.WriteAsync($"{fleet.Paths.Constraints}/shop.orders$s0", "{\"consumersNumber\":3,\"reason\":\"heavy\"}"u8.ToArray());
        await fleet.WriteAsync($"{fleet.Paths.Constraints}/shop.orders$s1", "{\"consumersNumber\":0}"u8.ToArray()); // none: refused
        foreach (var consumer in new[] { "one", "two", "three" })
            await Until.TrueAsync(async () => (await fleet.AssignedAsync(consumer))!.Contains(ids[0]), $"the constrained one at {consumer}", Minute);

        async Task<int[]> LoadsAsync() =>
            [(await fleet.AssignedAsync("one"))?.Count ?? 0, (await fleet.AssignedAsync("two"))?.Count ?? 0, (await fleet.AssignedAsync("three"))?.Count ?? 0];
    }

    [Fact]
    public async Task Obeys_a_leader_that_is_none_of_ours()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        await fleet.StandAsync("java");
        var billing = await fleet.Hermes.SubscribeAsync("billing", endpoint.Address);
        var id = await fleet.IdOfAsync(billing);
        await fleet.AssignAsync("one", id, 0x7777); // there is no subscription of that id, and never was
        await using var worker = fleet.Start("one");
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker); // what it has at its start it serves at once

        // Its node is deleted: it goes on. An empty list: it stops.
        await fleet.ZooKeeper.DeleteAsync(fleet.Paths.Assignment("one"), NodeVersion.Any, Cancellation);
        await worker.WhenSaidAsync("counts this worker as away");
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        await fleet.AssignAsync("one");
        await worker.WhenSaidAsync("Stopped shop.orders$billing");

        // Rubbish changes nothing; and an id may come before its subscription (W10).
        await fleet.ZooKeeper.SetAsync(fleet.Paths.Assignment("one"), "rubbish!"u8.ToArray(), NodeVersion.Any, Cancellation);
        await worker.WhenSaidAsync("is ignored: The data of an assignment must be message 1");
        await fleet.AssignAsync("one", id);
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        Assert.DoesNotContain("leads the fleet", worker.Output, StringComparison.Ordinal);
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task An_id_that_comes_before_its_subscription_is_served_once_that_is_known()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        await fleet.StandAsync("java");
        await using var worker = fleet.Start("one");
        await Until.TrueAsync(async () => await fleet.MembersAsync() is ["one"], "the registration", Minute);
        // Only its node's creation gives a subscription its id: so ids ahead of it are guessed, among them the right one.
        var zxid = (await fleet.ZooKeeper.SetAsync(fleet.Hermes.Paths.Groups, "127.0.0.1"u8.ToArray(), NodeVersion.Any, Cancellation)).ModifiedZxid;
        await fleet.AssignAsync("one", [.. Enumerable.Range(1, 20_000).Select(i => zxid + i)]);
        await worker.WhenSaidAsync("are not known here yet");
        var billing = await fleet.Hermes.SubscribeAsync("billing", endpoint.Address);
        Assert.InRange(await fleet.IdOfAsync(billing), zxid, zxid + 20_000);
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
    }

    [Fact]
    public async Task A_killed_workers_subscriptions_flow_again_within_the_session_time_out_and_two_seconds()
    {
        var took = TimeSpan.MaxValue;
        // A machine that stands still for a second or two may have another try.
        for (var i = 0; i < 3 && took > FlowAgainLimit; i++)
            took = await TakeOverAsync();
        Assert.InRange(took, TimeSpan.Zero, FlowAgainLimit);
    }

    [Fact]
    public async Task A_leader_that_was_frozen_past_its_session_writes_no_more()
    {
        await using var fleet = await InstallAsync();
        await using var old = fleet.Start("old");
        await old.WhenSaidAsync("leads the fleet");
        await using var young = fleet.Start("young");
        await Until.TrueAsync(async () => await fleet.AssignedAsync("young") is not null, "both are in the fleet", Minute);
        old.Freeze();
        await young.WhenSaidAsync("leads the fleet");
        await Until.TrueAsync(async () => await fleet.AssignedAsync("old") is null, "the frozen one is counted out", Minute);
        var billing = await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync("billing", "http://127.0.0.1:9/"));
        await WhenAssignedAsync(fleet, "young", billing);
        old.Thaw();
        await Until.TrueAsync(async () => (await fleet.MembersAsync()).Contains("old"), $"the thawed one is registered anew:\n{old.Output}", Minute);
        await WhenAssignedAsync(fleet, "old", billing); // two consumers each: given by the new leader
        Assert.Contains("leads the fleet no more", old.Output, StringComparison.Ordinal);
        var candidates = (await fleet.ZooKeeper.GetChildrenAsync(fleet.Paths.Leader, Cancellation)).Names;
        Assert.Equal(2, candidates.Count);
    }

    [Fact]
    public async Task A_lost_session_leaves_delivery_as_it_is_and_the_worker_comes_back()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        zooKeeper.Require();
        await using var proxy = FaultProxy.Start(zooKeeper.Server);
        await using var fleet = await InstallAsync();
        await fleet.Hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = fleet.Start("one", ("ZooKeeper:ConnectionString", proxy.ConnectionString));
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        await proxy.RefuseAsync();
        proxy.Cut();
        await Until.TrueAsync(async () => (await fleet.MembersAsync()).Count == 0, "the session's end", Minute);
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        proxy.Accept();
        await Until.TrueAsync(async () => (await fleet.MembersAsync()).Count == 1, $"the registration anew:\n{worker.Output}", Minute);
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        Assert.Equal(30, endpoint.Requests.Count);
        Assert.DoesNotContain("Stops ", worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_is_to_follow_never_stands_for_leader()
    {
        await using var fleet = await InstallAsync();
        await fleet.Hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await using var follower = fleet.Start("follower", ("Consumer:AutoRebalance", "false"));
        await Until.TrueAsync(async () => await fleet.MembersAsync() is ["follower"], "the registration", Minute);
        await using var leader = fleet.Start("leader");
        await Until.TrueAsync(async () => (await fleet.AssignedAsync("follower"))?.Count == 1, "its assignment, by the leader", Minute);
        Assert.Single((await fleet.ZooKeeper.GetChildrenAsync(fleet.Paths.Leader, Cancellation)).Names);
    }

    [Fact]
    public async Task A_worker_that_serves_all_is_no_member_of_the_fleet()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        await fleet.Hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = fleet.Start("all", ("Consumer:Workload", "All"));
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), worker);
        Assert.Empty(await fleet.MembersAsync());
        Assert.Null(await fleet.ZooKeeper.FindAsync(fleet.Paths.Leader, Cancellation));
    }

    [Fact]
    public async Task A_worker_that_starts_before_there_is_anything_leads_a_fleet_of_its_own()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        var root = new HermesPaths($"{zooKeeper.FreshRoot()}/run/hermes");
        await using var worker = fleet.Start("one", ("ZooKeeper:Root", root.Root));
        await worker.WhenSaidAsync("leads the fleet");
        var registry = new RegistryWriter(fleet.ZooKeeper, root);
        await registry.CreateGroupAsync(new() { GroupName = HermesInstallation.Topic.Group }, Cancellation);
        await registry.CreateTopicAsync(new() { Name = HermesInstallation.Topic.ToString() }, Cancellation);
        await registry.CreateSubscriptionAsync(new() { TopicName = HermesInstallation.Topic.ToString(), Name = "billing", Endpoint = endpoint.Address }, Cancellation);
        await worker.WhenSaidAsync("shop.orders$billing reads ");
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(5), worker);
    }

    [Fact]
    public async Task A_weighted_fleet_reports_its_loads_and_keeps_profiles()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        var id = await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync("billing", endpoint.Address));
        (string, string)[] settings = [("Balancing:Strategy", "Weighted"), ("Balancing:LoadReportInterval", "00:00:01"), ("Balancing:Interval", "00:00:01"), ("Balancing:WeightWindow", "00:00:01")];
        await using var worker = fleet.Start("one", settings);
        using var load = new Load(fleet.Hermes);
        await Until.TrueAsync(async () => await fleet.ZooKeeper.TryGetAsync(fleet.Paths.Load("one"), Cancellation) is { } node
            && ConsumerLoad.Read(node.Data.Span) is { CpuUtilization: >= 0 } report && report.OperationsPerSecond.GetValueOrDefault(id) > 10, $"the report:\n{worker.Output}", Minute);
        await Until.TrueAsync(async () => await fleet.ZooKeeper.TryGetAsync(fleet.Paths.Profiles, Cancellation) is { } node
            && SubscriptionProfiles.Read(node.Data.Span).Profiles.GetValueOrDefault(id).OperationsPerSecond > 10, $"the profile:\n{worker.Output}", Minute);
        await load.EndAsync();
        Assert.Equal([id], await fleet.AssignedAsync("one"));
    }

    [Fact]
    public async Task A_worker_that_keeps_its_name_serves_at_once_after_a_kill()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        // Its session outlives it for long: neither its registration nor its candidacy may stand in its own way.
        (string, string)[] settings = [("ZooKeeper:SessionTimeout", "00:00:30"), ("Consumer:InstanceId", "one")];
        await fleet.Hermes.SubscribeAsync("billing", endpoint.Address);
        await using (var before = fleet.Start("one", settings))
        {
            await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), before);
            await before.KillAsync();
        }
        await using var after = fleet.Start("one", settings);
        await FleetSite.WhenAllCameAsync(endpoint, await fleet.Hermes.PublishAsync(10), after);
        await after.WhenSaidAsync("leads the fleet");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<FleetSite> InstallAsync() =>
        new(await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker!.BootstrapServers, partitions: 2));

    /// <returns>How long after a leader's death all that it served flows again.</returns>
    private async Task<TimeSpan> TakeOverAsync()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        (string, string)[] settings = [("Balancing:ConsumersPerSubscription", "1"), ("ZooKeeper:SessionTimeout", Session.ToString())]; // as long as the groups'
        await using var first = fleet.Start("first", settings);
        await first.WhenSaidAsync("leads the fleet"); // the worse case: the dead one has led
        await using var second = fleet.Start("second", settings);
        await Until.TrueAsync(async () => (await fleet.MembersAsync()).Count == 2, "both are there", Minute);
        var subscriptions = new List<long>();
        for (var i = 0; i < 4; i++)
            subscriptions.Add(await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync($"s{i}", endpoint.Address)));
        await Until.TrueAsync(async () => (await fleet.AssignedAsync("first"))?.Count == 2 && (await fleet.AssignedAsync("second"))?.Count == 2, "two for each", Minute);
        var all = await fleet.Hermes.PublishAsync(1);
        await Until.TrueAsync(() => endpoint.Requests.Count(r => r.Id == all[0]) == 4, $"all flow:\n{first.Output}\n{second.Output}", Minute);

        await first.KillAsync();
        var killed = TimeProvider.System.GetTimestamp();
        var ids = await fleet.Hermes.PublishAsync(10);
        await Until.TrueAsync(() => endpoint.Requests.Count(r => ids.Contains(r.Id)) >= 40, $"each message at each of the four:\n{second.Output}", Minute);
        var took = TimeProvider.System.GetElapsedTime(killed);
        TestContext.Current.TestOutputHelper!.WriteLine($"all flow again {took.TotalSeconds:0.0} s after the kill");
        await WhenAssignedAsync(fleet, "second", [.. subscriptions]);
        Assert.Null(await fleet.AssignedAsync("first"));
        return took;
    }

    private static async Task WhenAssignedAsync(FleetSite fleet, string consumer, params long[] subscriptions) =>
        await Until.TrueAsync(async () => (await fleet.AssignedAsync(consumer))?.SetEquals(subscriptions) is true, $"{consumer} has {subscriptions.Length} subscriptions", Minute);
}
