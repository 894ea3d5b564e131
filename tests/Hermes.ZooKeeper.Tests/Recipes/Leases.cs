using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.ZooKeeper.Tests.Recipes;

/// <summary>Leases on a real server, with sessions that are killed.</summary>
public sealed class Leases(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_at_a_time_and_each_with_a_higher_number()
    {
        await using var zk = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var path = $"{await server.CreateRootAsync(zk)}/lease";
        var first = await TakeAsync(zk, path);
        Assert.NotNull(first);
        Assert.Null(await TakeAsync(other, path));
        Assert.Null(await TakeAsync(zk, path)); // nor twice in one session
        await first.DisposeAsync();
        Assert.True(first.Lost.IsCancellationRequested);
        await using var second = await TakeAsync(other, path);
        Assert.NotNull(second);
        Assert.True(second.FencingNumber > first.FencingNumber);
        await first.DisposeAsync(); // a second time takes nothing from the successor
        Assert.False(second.Lost.IsCancellationRequested);
        await other.MultiAsync([second.Guard], Cancellation);
    }

    [Fact]
    public async Task An_expired_session_loses_the_lease_and_its_guarded_writes_are_refused()
    {
        await using var zk = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var stale = await TakeAsync(zk, $"{root}/lease");
        Assert.NotNull(stale);
        await RawSession.ExpireAsync(server.Server.Port, zk.Session.Id);
        await Until.TrueAsync(() => stale.Lost.IsCancellationRequested, "the lease is lost");
        await Until.TrueAsync(() => zk.Session is { Generation: 2, State: SessionState.Connected }, "there is a new session");
        Lease? successor = null;
        await Until.TrueAsync(async () => (successor = await TakeAsync(other, $"{root}/lease")) is not null, "the lease is free");
        await using var _ = successor;
        // The stale holder's session is alive again and the path exists again: only the guard knows better.
        var refused = await Assert.ThrowsAsync<MultiFailedException>(
            () => zk.MultiAsync([stale.Guard, Operation.Create($"{root}/written", default, CreateMode.Persistent)], Cancellation).AsTask());
        Assert.Equal((0, ErrorCode.NoNode), (refused.Index, refused.Code));
        await stale.DisposeAsync();
        await other.MultiAsync([successor!.Guard], Cancellation);
    }

    [Fact]
    public async Task A_lease_that_is_taken_away_is_lost()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var lease = await TakeAsync(zk, $"{root}/lease");
        Assert.NotNull(lease);
        foreach (var name in (await zk.GetChildrenAsync(root, Cancellation)).Names)
            await zk.DeleteAsync($"{root}/{name}", NodeVersion.Any, Cancellation);
        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is lost");
    }

    [Fact]
    public async Task A_connection_that_breaks_loses_the_lease_ahead_of_the_servers_time_out()
    {
        await using var own = await ZooKeeperServer.LaunchAsync();
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = own.ConnectionString, SessionTimeout = TimeSpan.FromSeconds(20) });
        await using var lease = await TakeAsync(zk, "/lease");
        Assert.NotNull(lease);
        await own.KillAsync();
        await Until.TrueAsync(() => lease.Lost.IsCancellationRequested, "the lease is lost", TimeSpan.FromSeconds(10));
        await own.StartAsync();
        await zk.WhenConnectedAsync(Cancellation);
        Assert.Equal(1, zk.Session.Generation);
        await lease.DisposeAsync(); // the session lived on, and its nodes with it
        Assert.Null(await zk.FindAsync("/lease", Cancellation));
        Assert.Equal(["zookeeper"], (await zk.GetChildrenAsync("/", Cancellation)).Names);
    }

    private static Task<Lease?> TakeAsync(ZooKeeperClient zk, string path) =>
        Lease.TryTakeAsync(zk, path, "test"u8.ToArray(), NullLogger.Instance, Cancellation);
}
