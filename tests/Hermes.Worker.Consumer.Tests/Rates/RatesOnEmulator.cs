using Hermes.Shared.Fleet;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Consumer.Tests.Membership;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Rates;

/// <summary>Workers as processes that share a subscription's rate, among themselves and with what a leader of Hermes's own writes.</summary>
public sealed class RatesOnEmulator(ZooKeeperFixture zooKeeper) : IAsyncLifetime
{
    private EmulatorProcess? _broker;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Two_workers_share_the_rate_and_who_is_left_gets_all_of_it()
    {
        await using var fleet = await InstallAsync();
        var id = await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync("billing", "http://127.0.0.1:9/", new() { Rate = 1000 }));
        await using var one = fleet.Start("one", ("Rates:UpdateInterval", "00:00:01"));
        await WhenMaxRateAsync(fleet, "one", id, 1000, one);
        await using var two = fleet.Start("two", ("Rates:UpdateInterval", "00:00:01"));
        await WhenMaxRateAsync(fleet, "one", id, 500, one);
        await WhenMaxRateAsync(fleet, "two", id, 500, one);
        await Until.TrueAsync(async () => await fleet.ZooKeeper.TryGetAsync(fleet.Paths.RateHistory("two"), Cancellation) is { } node
            && RateHistories.Read(node.Data.Span).TryGetValue(id, out var used) && used[0] < 0.1, $"the use is told:\n{two.Output}", FleetSite.Minute);
        await fleet.Hermes.Registry.UpdateSubscriptionAsync(
            new(HermesInstallation.Topic, "billing"), d => d with { SubscriptionPolicy = d.SubscriptionPolicy! with { Rate = 300 } }, Cancellation);
        await WhenMaxRateAsync(fleet, "two", id, 150, one);

        Assert.Equal(0, await two.StopAsync());
        await WhenMaxRateAsync(fleet, "one", id, 300, one);
        await Until.TrueAsync(async () => await fleet.ZooKeeper.FindAsync(fleet.Paths.Rate("two"), Cancellation) is null, "the rates of the one that left are gone", FleetSite.Minute);
    }

    [Fact]
    public async Task Who_is_busy_receives_what_an_idle_one_does_not_use()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var fleet = await InstallAsync();
        var id = await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 100 }));
        await using var worker = fleet.Start("ours", ("Rates:UpdateInterval", "00:00:01"), ("Rates:BalanceInterval", "00:00:01"));
        await worker.WhenSaidAsync("leads the fleet");
        // One that has its share, and says that it does nothing with it.
        await fleet.RegisterAsync("idle");
        await WhenMaxRateAsync(fleet, "idle", id, 50, worker);
        await fleet.WriteAsync(fleet.Paths.RateHistory("idle"), RateHistories.Write(new Dictionary<long, IReadOnlyList<double>> { [id] = [0] }));
        using var load = new Load(fleet.Hermes);
        await Until.TrueAsync(async () => await MaxRateAsync(fleet, "ours", id) > 95, $"the busy one has nearly all:\n{worker.Output}", FleetSite.Minute);
        await load.EndAsync();
        Assert.InRange((await MaxRateAsync(fleet, "ours", id) + await MaxRateAsync(fleet, "idle", id))!.Value, 99.5, 100.5);
    }

    [Fact]
    public async Task Keeps_to_what_a_leader_of_another_kind_allows_and_keeps_its_pace_without_ZooKeeper()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        zooKeeper.Require();
        await using var proxy = FaultProxy.Start(zooKeeper.Server);
        await using var fleet = await InstallAsync();
        await fleet.StandAsync("java");
        var id = await fleet.IdOfAsync(await fleet.Hermes.SubscribeAsync("billing", endpoint.Address, new() { Rate = 1000, InflightSize = 10 }));
        await fleet.WriteAsync(fleet.Paths.MaxRates("one"), MaxRates.Write(new Dictionary<long, double> { [id] = 5 }));
        await fleet.AssignAsync("one", id);
        await using var worker = fleet.Start("one", ("ZooKeeper:ConnectionString", proxy.ConnectionString));
        await worker.WhenSaidAsync("Serves ");
        await fleet.Hermes.PublishAsync(200);
        await WhenPacedAsync(5, "with ZooKeeper");
        await proxy.RefuseAsync();
        proxy.Cut();
        await Until.TrueAsync(async () => (await fleet.MembersAsync()).Count == 0, "the session's end", FleetSite.Minute);
        await WhenPacedAsync(5, "without ZooKeeper");
        proxy.Accept();
        await fleet.ZooKeeper.SetAsync(fleet.Paths.MaxRates("one"), MaxRates.Write(new Dictionary<long, double> { [id] = 500 }), NodeVersion.Any, Cancellation);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 200, $"the rest flows:\n{worker.Output}", FleetSite.Minute);

        // At most so many a second, and not much less: by the endpoint's own clock, which a busy machine does not bend.
        async Task WhenPacedAsync(int rate, string when)
        {
            var seen = endpoint.Requests.Count;
            await Until.TrueAsync(() => endpoint.Requests.Count >= seen + (rate * 4), $"deliveries {when}:\n{worker.Output}", FleetSite.Minute);
            var some = endpoint.Requests.Skip(seen + rate).Take((rate * 3) - 1).ToList();
            var took = System.Diagnostics.Stopwatch.GetElapsedTime(some[0].At, some[^1].At);
            Assert.True(took >= TimeSpan.FromSeconds(1.5), $"{some.Count} deliveries in {took} {when}, at {rate} a second");
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<FleetSite> InstallAsync() =>
        new(await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), _broker!.BootstrapServers, partitions: 2));

    private static async Task<double?> MaxRateAsync(FleetSite fleet, string consumer, long id) =>
        await fleet.ZooKeeper.TryGetAsync(fleet.Paths.MaxRates(consumer), Cancellation) is { } node && MaxRates.Read(node.Data.Span).TryGetValue(id, out var rate) ? rate : null;

    private static async Task WhenMaxRateAsync(FleetSite fleet, string consumer, long id, double rate, RunningWorker leader)
    {
        double? last = null;
        try
        {
            await Until.TrueAsync(async () => (last = await MaxRateAsync(fleet, consumer, id)) == rate, $"{consumer} may do {rate} a second", FleetSite.Minute);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} It may do {last}. The leader said:\n{leader.Output}", e);
        }
    }
}
