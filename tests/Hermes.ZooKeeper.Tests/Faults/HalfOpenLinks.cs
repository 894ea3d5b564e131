using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Links and servers that stay open and say nothing.</summary>
public sealed class HalfOpenLinks(ZooKeeperFixture fixture)
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_link_is_given_up_in_time_to_keep_the_session_over_another_one()
    {
        await using var silent = FaultProxy.Start(fixture.Server);
        await using var other = FaultProxy.Start(fixture.Server);
        await other.RefuseAsync();
        await using var zk = await ClientWaits.ConnectAsync($"{silent.ConnectionString},{other.ConnectionString}", SessionTimeout);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var before = zk.Session;
        other.Accept();
        await silent.RefuseAsync();
        silent.Stall();
        var write = zk.SetAsync(root, default, NodeVersion.Any, Cancellation).AsTask();
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal((before.Id, before.Generation), (after.Id, after.Generation));
        Assert.True((await Assert.ThrowsAsync<ConnectionLostException>(() => write)).MaybeApplied);
        Assert.NotNull(await zk.FindAsync($"{root}/e", Cancellation));
        silent.Accept();
    }

    [Fact]
    public async Task A_server_that_never_answers_the_handshake_costs_one_connect_time_out()
    {
        await using var mute = FaultProxy.Start(fixture.Server);
        mute.NeverAnswer = true;
        await using var zk = ZooKeeperClient.Start(new()
        {
            ConnectionString = $"{mute.ConnectionString},{mute.ConnectionString},{fixture.Server.ConnectionString}",
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
        });
        await zk.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System);
    }

    [Fact]
    public async Task A_session_whose_grant_was_lost_is_left_to_expire_and_another_one_opened()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        var swallowed = proxy.Arm(Fault.SwallowConnectResponse());
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = proxy.ConnectionString, ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        var status = await zk.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System);
        Assert.True(swallowed.Struck.IsCompletedSuccessfully);
        Assert.Equal((1, 1), (status.Generation, status.Connection));
    }

    [Fact]
    public async Task An_idle_session_is_kept_alive_by_pings()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        var pings = 0;
        proxy.Observe = frame => pings += frame is { FromServer: true, Xid: -2 } ? 1 : 0;
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString, TimeSpan.FromSeconds(2));
        var before = zk.Session;
        await Until.TrueAsync(() => Volatile.Read(ref pings) >= 4, "pings were answered for longer than the session time-out");
        Assert.Equal((before.Id, before.Generation), (zk.Session.Id, zk.Session.Generation));
    }

    [Fact]
    public async Task A_slow_link_keeps_the_order_of_calls()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        proxy.Delay = TimeSpan.FromMilliseconds(5);
        var writes = Enumerable.Range(0, 30).Select(version => zk.SetAsync(root, default, version, Cancellation).AsTask()).ToArray();
        Assert.Equal(Enumerable.Range(1, 30), (await Task.WhenAll(writes)).Select(stat => stat.Version));
    }
}
