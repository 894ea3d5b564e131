using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>The end of a client: in peace, under load, with servers that do not answer.</summary>
public sealed class Closing(ZooKeeperFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_the_session_on_the_server_at_once_and_may_be_repeated()
    {
        var zk = await ClientWaits.ConnectAsync(fixture.Server.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        var session = zk.Session;
        await Task.WhenAll(zk.DisposeAsync().AsTask(), zk.DisposeAsync().AsTask());
        await zk.DisposeAsync();
        Assert.DoesNotContain(session.Id, await fixture.Server.Words.LiveSessionsAsync());
        Assert.Equal(SessionState.Closed, zk.Session.State);
        Assert.True(session.InDoubt.IsCancellationRequested);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => zk.GetAsync(root, Cancellation).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => zk.WhenConnectedAsync(Cancellation));
    }

    [Fact]
    public async Task Answers_every_call_under_load()
    {
        var zk = await ClientWaits.ConnectAsync(fixture.Server.ConnectionString);
        var root = await zk.CreateRootAsync();
        var calls = Enumerable.Range(0, 5000).Select(_ => zk.SetAsync(root, default, NodeVersion.Any, Cancellation).AsTask()).ToArray();
        await zk.DisposeAsync();
        await Until.TrueAsync(() => calls.All(call => call.IsCompleted), "every call has an answer");
        Assert.All(calls.Where(call => call.IsFaulted), call => Assert.True(call.Exception!.InnerException is ObjectDisposedException or ConnectionLostException));
    }

    [Fact]
    public async Task Is_bounded_where_the_server_does_not_answer()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        proxy.Stall();
        var read = zk.GetAsync("/", Cancellation).AsTask();
        await zk.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
    }

    [Fact]
    public async Task Is_quick_while_no_server_is_there()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await proxy.RefuseAsync();
        var zk = ZooKeeperClient.Start(new() { ConnectionString = proxy.ConnectionString });
        var read = zk.GetAsync("/", Cancellation).AsTask();
        await zk.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
        proxy.Accept();
    }

    [Fact]
    public async Task Is_quick_while_a_handshake_goes_unanswered()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        proxy.NeverAnswer = true;
        var zk = ZooKeeperClient.Start(new() { ConnectionString = proxy.ConnectionString, ConnectTimeout = TimeSpan.FromSeconds(60) });
        await Until.TrueAsync(() => proxy.Open == 1, "the client has connected");
        await zk.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5), TimeProvider.System);
    }

    [Fact]
    public async Task From_within_a_callback_does_not_lock_up()
    {
        var zk = await ClientWaits.ConnectAsync(fixture.Server.ConnectionString);
        var closed = new TaskCompletionSource();
        await using var registration = zk.Session.InDoubt.Register(() => _ = CloseAsync());
        await RawSession.ExpireAsync(fixture.Server.Port, zk.Session.Id);
        await closed.Task.WaitAsync(Until.Patience, TimeProvider.System);

        async Task CloseAsync()
        {
            await zk.DisposeAsync();
            closed.SetResult();
        }
    }
}
