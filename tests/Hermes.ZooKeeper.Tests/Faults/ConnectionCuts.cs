using System.Text;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>A connection that breaks around a request, on a real server behind the proxy.</summary>
public sealed class ConnectionCuts(ZooKeeperFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_create_whose_reply_is_lost_is_not_sent_again_and_says_that_it_may_have_happened(bool reset)
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var (root, before) = (await zk.CreateRootAsync(), zk.Session);
        proxy.Arm(Fault.LoseReply(OpCodes.Create2, reset));
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(
            () => zk.CreateAsync($"{root}/n-", default, CreateMode.EphemeralSequential, Cancellation).AsTask());
        Assert.True(lost.MaybeApplied);
        await zk.SyncAsync(root, Cancellation);
        Assert.Equal(["n-0000000000"], (await zk.GetChildrenAsync(root, Cancellation)).Names);
        Assert.True(before.InDoubt.IsCancellationRequested);
        Assert.Equal((before.Id, before.Generation, before.Connection + 1), (zk.Session.Id, zk.Session.Generation, zk.Session.Connection));
    }

    [Theory, InlineData(0), InlineData(3), InlineData(20)]
    public async Task A_create_that_never_reached_the_server_is_not_sent_again_either(int bytesThatDid)
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        proxy.Arm(Fault.CutRequest(OpCodes.Create2, bytesThatDid));
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(
            () => zk.CreateAsync($"{root}/n", default, CreateMode.Persistent, Cancellation).AsTask());
        Assert.True(lost.MaybeApplied); // it left this process: more is not known
        await zk.SyncAsync(root, Cancellation);
        Assert.Empty((await zk.GetChildrenAsync(root, Cancellation)).Names);
    }

    [Theory, InlineData(0), InlineData(2), InlineData(30)]
    public async Task A_write_cut_in_the_middle_of_its_reply_happened_once(int bytesOfTheReply)
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        proxy.Arm(Fault.CutReply(OpCodes.SetData, bytesOfTheReply));
        await Assert.ThrowsAsync<ConnectionLostException>(() => zk.SetAsync(root, "new"u8.ToArray(), NodeVersion.Any, Cancellation).AsTask());
        var read = await zk.GetAsync(root, Cancellation);
        Assert.Equal(("new", 1), (Encoding.UTF8.GetString(read.Data.Span), read.Stat.Version));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_multi_whose_connection_breaks_is_applied_whole_or_not_at_all_and_not_repeated(bool applied)
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        proxy.Arm(applied ? Fault.CutReply(OpCodes.Multi, 25) : Fault.CutRequest(OpCodes.Multi, 40));
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => zk.MultiAsync(
            [
                Operation.Set(root, "new"u8.ToArray(), 0),
                Operation.Create($"{root}/a-", default, CreateMode.PersistentSequential),
                Operation.Create($"{root}/b", default, CreateMode.Persistent),
            ], Cancellation).AsTask());
        Assert.True(lost.MaybeApplied);
        await zk.SyncAsync(root, Cancellation);
        var after = await zk.GetChildrenAsync(root, Cancellation);
        Assert.Equal(applied ? ["a-0000000000", "b"] : [], after.Names.Order(StringComparer.Ordinal));
        Assert.Equal(applied ? 1 : 0, after.Stat.Version);
    }

    [Fact]
    public async Task Reads_are_sent_again_without_a_word()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        Fault[] faults =
        [
            proxy.Arm(Fault.LoseReply(OpCodes.GetData)), proxy.Arm(Fault.LoseRequest(OpCodes.Exists)),
            proxy.Arm(Fault.CutReply(OpCodes.GetChildren, 10)), proxy.Arm(Fault.LoseReply(OpCodes.Sync)), proxy.Arm(Fault.LoseReply(OpCodes.AddWatch)),
        ];
        Assert.Equal(0, (await zk.GetAsync(root, Cancellation)).Stat.Version);
        Assert.NotNull(await zk.FindAsync(root, Cancellation));
        Assert.Empty((await zk.GetChildrenAsync(root, Cancellation)).Names);
        await zk.SyncAsync(root, Cancellation);
        await using var watch = await zk.WatchAsync(root, WatchMode.Node, Cancellation);
        Assert.All(faults, fault => Assert.True(fault.Struck.IsCompletedSuccessfully));
        Assert.Equal(1 + faults.Length, zk.Session.Connection);
    }

    [Fact]
    public async Task A_watched_read_that_is_sent_again_watches()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        proxy.Arm(Fault.LoseReply(OpCodes.GetData));
        using var watched = (await zk.GetAndWatchAsync(root, Cancellation)).Watch;
        await zk.SetAsync(root, default, NodeVersion.Any, Cancellation);
        Assert.Equal(WatchEventType.DataChanged, (await watched.Fired.WaitAsync(Until.Patience, TimeProvider.System)).Type);
    }

    [Fact]
    public async Task Works_over_a_link_that_delivers_single_bytes()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        proxy.ByteByByte = true;
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        var data = new byte[300];
        new Random(1).NextBytes(data);
        await zk.SetAsync(root, data, 0, Cancellation);
        Assert.Equal(data, (await zk.GetAsync(root, Cancellation)).Data.ToArray());
    }

    [Fact]
    public async Task Calls_made_while_no_server_answers_wait_and_succeed_later()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        await proxy.RefuseAsync();
        proxy.Cut();
        await zk.WhenStateAsync(SessionState.Disconnected);
        var created = zk.CreateAsync($"{root}/late", default, CreateMode.Ephemeral, Cancellation).AsTask();
        using var impatient = new CancellationTokenSource();
        var cancelled = zk.CreateAsync($"{root}/never", default, CreateMode.Persistent, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(created.IsCompleted);
        proxy.Accept();
        await created.WaitAsync(Until.Patience, TimeProvider.System);
        Assert.Equal(["late"], (await zk.GetChildrenAsync(root, Cancellation)).Names);
        Assert.Equal(zk.Session.Id, (await zk.FindAsync($"{root}/late", Cancellation))!.Value.EphemeralOwner);
    }

    [Fact]
    public async Task Credentials_are_told_to_every_new_connection()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await using var zk = await ClientWaits.ConnectAsync(proxy.ConnectionString);
        var root = await zk.CreateRootAsync();
        await zk.AddAuthAsync("digest", "ann:secret"u8.ToArray(), Cancellation);
        var mine = new CreateOptions(CreateMode.Persistent, [new(AclRights.All, "auth", "")]);
        await zk.CreateAsync($"{root}/mine", default, mine, Cancellation);
        var before = zk.Session;
        proxy.Cut();
        await zk.WhenConnectedAfterAsync(before);
        await zk.SetAsync($"{root}/mine", default, 0, Cancellation);
    }
}
