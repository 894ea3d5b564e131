using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Three real servers, of which some or all go away.</summary>
public sealed class Ensembles(Ensembles.Three three) : IClassFixture<Ensembles.Three>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ZooKeeperEnsemble Ensemble
    {
        get
        {
            ZooKeeperFixture.RequireInstallation();
            return three.Ensemble!;
        }
    }

    [Fact]
    public async Task The_leader_killed_under_load_costs_no_session_and_no_acknowledged_write()
    {
        await using var zk = await ClientWaits.ConnectAsync(Ensemble.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        using var enough = new CancellationTokenSource();
        var writing = WriteAsync(zk, root, enough.Token);
        await Until.TrueAsync(async () => (await zk.GetChildrenAsync(root, Cancellation)).Stat.ChildCount > 100, "a hundred writes");
        var killed = await Ensemble.KillLeaderAsync();
        try
        {
            var mark = (await zk.GetChildrenAsync(root, Cancellation)).Stat.ChildCount;
            await Until.TrueAsync(async () => (await zk.GetChildrenAsync(root, Cancellation)).Stat.ChildCount > mark + 100, "a hundred writes after the leader's death");
        }
        finally
        {
            await enough.CancelAsync();
            await killed.StartAsync();
        }

        var (acknowledged, unknown) = await writing;
        await zk.SyncAsync(root, Cancellation);
        var present = (await zk.GetChildrenAsync(root, Cancellation)).Names.Where(name => name is not "e").ToHashSet(StringComparer.Ordinal);
        Assert.Empty(acknowledged.Except(present, StringComparer.Ordinal));
        Assert.Empty(present.Except(acknowledged, StringComparer.Ordinal).Except(unknown, StringComparer.Ordinal));
        Assert.Equal((before.Id, before.Generation), (zk.Session.Id, zk.Session.Generation));
        Assert.Equal(before.Id, (await zk.FindAsync($"{root}/e", Cancellation))!.Value.EphemeralOwner);
    }

    [Fact]
    public async Task A_session_moves_when_its_server_dies_with_its_watches_and_ephemeral_nodes()
    {
        await using var zk = await ClientWaits.ConnectAsync(Ensemble.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        using var data = (await zk.GetAndWatchAsync(root, Cancellation)).Watch;
        using var birth = (await zk.FindAndWatchAsync($"{root}/new", Cancellation)).Watch;
        var before = zk.Session;
        var home = await Ensemble.ServerOfAsync(before.Id);
        await home.KillAsync();
        try
        {
            var after = await zk.WhenConnectedAfterAsync(before);
            Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
            Assert.NotSame(home, await Ensemble.ServerOfAsync(after.Id));
            await using var other = await ClientWaits.ConnectAsync(Ensemble.ConnectionString);
            Assert.NotNull(await other.FindAsync($"{root}/e", Cancellation));
            await other.SetAsync(root, default, NodeVersion.Any, Cancellation);
            await other.CreateAsync($"{root}/new", default, CreateMode.Persistent, Cancellation);
            Assert.Equal(WatchEventType.DataChanged, (await data.Fired.WaitAsync(Until.Patience, TimeProvider.System)).Type);
            Assert.Equal(WatchEventType.Created, (await birth.Fired.WaitAsync(Until.Patience, TimeProvider.System)).Type);
        }
        finally
        {
            await home.StartAsync();
        }
    }

    [Fact]
    public async Task All_servers_away_for_a_while_leave_the_session_as_it_was()
    {
        await using var zk = await ClientWaits.ConnectAsync(Ensemble.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        await Ensemble.KillAllAsync();
        await zk.WhenStateAsync(SessionState.Disconnected);
        await Ensemble.StartAsync();
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
        Assert.NotNull(await zk.FindAsync($"{root}/e", Cancellation));
    }

    [Fact]
    public async Task All_servers_away_for_longer_than_the_time_out_cost_the_session_and_its_nodes()
    {
        var proxies = Ensemble.Servers.Select(FaultProxy.Start).ToArray();
        await using var zk = await ClientWaits.ConnectAsync(string.Join(',', proxies.Select(proxy => proxy.ConnectionString)), TimeSpan.FromSeconds(2));
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        await Task.WhenAll(proxies.Select(proxy => proxy.RefuseAsync()));
        await Ensemble.KillAllAsync();
        await zk.WhenStateAsync(SessionState.Lost);
        await Ensemble.StartAsync();
        // A new leader counts every session's time-out from its election.
        await Until.TrueAsync(async () => !(await (await Ensemble.LeaderAsync()).Words.LiveSessionsAsync()).Contains(before.Id), "the leader expires the session");
        foreach (var proxy in proxies)
            proxy.Accept();
        var after = await zk.WhenAsync(status => status.State is SessionState.Connected && status.Generation > before.Generation, "a new session");
        Assert.Equal(before.Generation + 1, after.Generation);
        await zk.SyncAsync(root, Cancellation);
        Assert.Null(await zk.FindAsync($"{root}/e", Cancellation));
        foreach (var proxy in proxies)
            await proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_frozen_server_is_left_for_another_with_the_session()
    {
        await using var zk = await ClientWaits.ConnectAsync(Ensemble.ConnectionString, TimeSpan.FromSeconds(6));
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        var home = await Ensemble.ServerOfAsync(before.Id);
        home.Freeze();
        try
        {
            var after = await zk.WhenConnectedAfterAsync(before);
            Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
            Assert.NotNull(await zk.FindAsync($"{root}/e", Cancellation));
        }
        finally
        {
            home.Thaw();
            await Until.TrueAsync(async () => await home.Words.ModeAsync() is "follower" or "leader", "the thawed server serves again");
        }
    }

    [Fact]
    public async Task A_server_without_a_quorum_is_refused_even_where_it_offers_reads()
    {
        var home = Ensemble.Servers[0];
        await using var zk = await ClientWaits.ConnectAsync(home.ConnectionString);
        var root = await zk.CreateRootAsync();
        var before = zk.Session;
        await Task.WhenAll(Ensemble.Servers.Skip(1).Select(server => server.KillAsync()));
        await zk.WhenStateAsync(SessionState.Disconnected);
        await Until.TrueAsync(async () => await home.Words.ModeAsync() is "read-only", "the last server is read-only");
        await using var newcomer = ZooKeeperClient.Start(new() { ConnectionString = home.ConnectionString });
        var read = zk.GetAsync(root, Cancellation).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => Task.WhenAny(read, newcomer.WhenConnectedAsync(Cancellation))
            .WaitAsync(TimeSpan.FromMilliseconds(500), TimeProvider.System));
        await Task.WhenAll(Ensemble.Servers.Skip(1).Select(server => server.StartAsync()));
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
        await read.WaitAsync(Until.Patience, TimeProvider.System);
        await newcomer.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System);
    }

    private static async Task<(List<string> Acknowledged, List<string> Unknown)> WriteAsync(ZooKeeperClient zk, string root, CancellationToken enough)
    {
        var (acknowledged, unknown) = (new List<string>(), new List<string>());
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            try
            {
                await zk.CreateAsync($"{root}/n{i}", default, CreateMode.Persistent, CancellationToken.None);
                acknowledged.Add($"n{i}");
            }
            catch (ConnectionLostException e)
            {
                Assert.True(e.MaybeApplied);
                unknown.Add($"n{i}");
            }
        }

        return (acknowledged, unknown);
    }

    public sealed class Three : IAsyncLifetime
    {
        public ZooKeeperEnsemble? Ensemble { get; private set; }

        public async ValueTask InitializeAsync()
        {
            if (ZooKeeperInstallation.WhyNot is null)
            {
                Ensemble = await ZooKeeperEnsemble.LaunchAsync(new ZooKeeperServerOptions
                {
                    SystemProperties = new Dictionary<string, string>(StringComparer.Ordinal) { ["readonlymode.enabled"] = "true" },
                });
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (Ensemble is not null)
                await Ensemble.DisposeAsync();
        }
    }
}
