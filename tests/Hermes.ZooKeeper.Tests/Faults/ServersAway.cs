using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>A single real server that goes away, for less and for more than the session time-out, and forgets sessions.</summary>
public sealed class ServersAway
{
    private static readonly TimeSpan ShortSession = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_survives_a_server_killed_and_started_again()
    {
        await using var server = await LaunchAsync();
        await using var zk = await ClientWaits.ConnectAsync(server.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        await server.KillAsync();
        await zk.WhenStateAsync(SessionState.Disconnected);
        await server.StartAsync();
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
        Assert.Equal(after.Id, (await zk.FindAsync($"{root}/e", Cancellation))!.Value.EphemeralOwner);
    }

    [Fact]
    public async Task A_server_away_for_longer_than_the_time_out_means_lost_then_expired_then_a_new_session()
    {
        await using var server = await LaunchAsync();
        await using var proxy = FaultProxy.Start(server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString, ShortSession);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        await using var watch = await zk.WatchAsync(root, WatchMode.Recursive, Cancellation);
        var oneShot = (await zk.GetAndWatchAsync(root, Cancellation)).Watch;
        var before = zk.Session;
        var states = CollectAsync(zk, until: status => status.State is SessionState.Connected && status.Generation > before.Generation);
        await proxy.RefuseAsync();
        await server.KillAsync();
        await zk.WhenStateAsync(SessionState.Lost);
        var waiting = zk.SetAsync(root, default, NodeVersion.Any, Cancellation).AsTask();
        await server.StartAsync(); // it counts the time-out from its start
        await Until.TrueAsync(async () => !(await server.Words.LiveSessionsAsync()).Contains(before.Id), "the server expires the session");
        proxy.Accept();

        Assert.Equal([SessionState.Connected, SessionState.Disconnected, SessionState.Lost, SessionState.Expired, SessionState.Connected],
            (await states).Select(status => status.State).Where(state => state is not SessionState.Connecting));
        // Meant for the session that is gone, and never sent.
        Assert.False((await Assert.ThrowsAsync<SessionExpiredException>(() => waiting)).MaybeApplied);
        Assert.Equal(before.Generation + 1, zk.Session.Generation);
        Assert.NotEqual(before.Id, zk.Session.Id);
        Assert.Null(await zk.FindAsync($"{root}/e", Cancellation));
        Assert.Equal(WatchEventType.Gap, (await oneShot.Fired.WaitAsync(Until.Patience, TimeProvider.System)).Type);
        Assert.Equal(WatchEventType.Gap, (await NextAsync(watch)).Type);
        await zk.CreateAsync($"{root}/later", default, CreateMode.Persistent, Cancellation);
        Assert.Equal(new WatchEvent(WatchEventType.Created, $"{root}/later"), await NextAsync(watch));
    }

    [Fact]
    public async Task A_session_lost_for_the_client_but_not_for_the_server_comes_back_as_itself()
    {
        await using var server = await LaunchAsync();
        await using var proxy = FaultProxy.Start(server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString, ShortSession);
        var before = zk.Session;
        await server.KillAsync(); // a dead server expires nobody
        await zk.WhenStateAsync(SessionState.Lost);
        await server.StartAsync();
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
    }

    [Fact]
    public async Task A_session_that_the_server_ends_is_replaced_and_what_was_in_flight_fails()
    {
        await using var server = await LaunchAsync();
        await using var zk = await ClientWaits.ConnectAsync(server.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        await RawSession.ExpireAsync(server.Port, before.Id);
        var after = await zk.WhenAsync(status => status.State is SessionState.Connected && status.Generation == before.Generation + 1, "a new session");
        Assert.NotEqual(before.Id, after.Id);
        Assert.True(before.InDoubt.IsCancellationRequested);
        Assert.False(after.InDoubt.IsCancellationRequested);
        Assert.Null(await zk.FindAsync($"{root}/e", Cancellation));
        Assert.Equal([after.Id], await server.Words.LiveSessionsAsync());
    }

    [Fact]
    public async Task A_server_that_starts_late_is_found()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        await server.KillAsync();
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        var read = zk.FindAsync("/", Cancellation).AsTask();
        Assert.False(read.IsCompleted);
        await server.StartAsync();
        Assert.NotNull(await read.WaitAsync(Until.Patience, TimeProvider.System));
    }

    [Fact]
    public async Task A_connection_taken_over_by_another_process_is_taken_back_with_the_session()
    {
        await using var server = await LaunchAsync();
        await using var zk = await ClientWaits.ConnectAsync(server.ConnectionString);
        var before = zk.Session;
        try
        {
            using var thief = await RawSession.OpenAsync(server.Port, TimeSpan.FromSeconds(10), before.Id);
        }
        catch (IOException) { } // the client may take its session back before the thief has its answer

        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
        Assert.Equal([before.Id], await server.Words.ConnectedSessionsAsync());
    }

    private static async Task<ZooKeeperServer> LaunchAsync()
    {
        ZooKeeperFixture.RequireInstallation();
        return await ZooKeeperServer.LaunchAsync();
    }

    private static Task<WatchEvent> NextAsync(IPersistentWatch watch) =>
        watch.Events.ReadAsync(Cancellation).AsTask().WaitAsync(Until.Patience, TimeProvider.System);

    private static async Task<List<SessionStatus>> CollectAsync(ZooKeeperClient zk, Func<SessionStatus, bool> until)
    {
        var seen = new List<SessionStatus>();
        await zk.WhenAsync(status =>
        {
            seen.Add(status);
            return until(status);
        }, "a new session");
        return seen;
    }
}
