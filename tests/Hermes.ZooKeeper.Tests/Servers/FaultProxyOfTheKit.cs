using System.Net.Sockets;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Servers;

/// <summary>The proxy of the kit between sessions spoken by hand and a real server.</summary>
public sealed class FaultProxyOfTheKit(ZooKeeperFixture fixture)
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(10);

    [Theory, InlineData(false), InlineData(true)]
    public async Task Passes_frames_on_unchanged_in_packets_of_any_size(bool byteByByte)
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        proxy.ByteByByte = byteByByte;
        using var session = await RawSession.OpenAsync(proxy.Port, SessionTimeout);
        var root = fixture.FreshRoot();
        Assert.Equal(0, (await session.AskAsync(OpCodes.Create, Create(root))).Error);
        Assert.Equal(root, (await session.AskAsync(OpCodes.Sync, body => body.String(root))).Body.String());
        await session.AskAsync(OpCodes.CloseSession);
    }

    [Fact]
    public async Task A_lost_reply_means_that_it_happened()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        var fault = proxy.Arm(Fault.LoseReply(OpCodes.Create));
        using var session = await RawSession.OpenAsync(proxy.Port, SessionTimeout);
        var root = fixture.FreshRoot();
        await Assert.ThrowsAsync<IOException>(() => session.AskAsync(OpCodes.Create, Create(root)));
        Assert.Equal(OpCodes.Create, (await fault.Struck).Op);
        Assert.Equal(0, await ExistsAsync(root));
    }

    [Fact]
    public async Task A_lost_request_means_that_it_did_not_happen()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        var fault = proxy.Arm(Fault.LoseRequest(OpCodes.Create));
        using var session = await RawSession.OpenAsync(proxy.Port, SessionTimeout);
        var root = fixture.FreshRoot();
        await Assert.ThrowsAsync<IOException>(() => session.AskAsync(OpCodes.Create, Create(root)));
        await fault.Struck;
        Assert.Equal(-101, await ExistsAsync(root));
    }

    [Fact]
    public async Task Refuses_and_takes_connections_on_one_port()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        await proxy.RefuseAsync();
        await Assert.ThrowsAsync<SocketException>(() => RawSession.OpenAsync(proxy.Port, SessionTimeout));
        proxy.Accept();
        using var session = await RawSession.OpenAsync(proxy.Port, SessionTimeout);
        Assert.NotEqual(0, session.Id);
    }

    [Fact]
    public async Task Stalled_it_holds_frames_back_until_it_resumes()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        using var session = await RawSession.OpenAsync(proxy.Port, SessionTimeout);
        proxy.Stall();
        var asked = session.AskAsync(OpCodes.Sync, body => body.String("/"));
        await Assert.ThrowsAsync<TimeoutException>(() => asked.WaitAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System));
        proxy.Resume();
        Assert.Equal(0, (await asked).Error);
    }

    [Fact]
    public async Task Closes_both_sides_when_one_leaves()
    {
        await using var proxy = FaultProxy.Start(fixture.Server);
        using (await RawSession.OpenAsync(proxy.Port, SessionTimeout))
            Assert.Equal(1, proxy.Open);
        await Until.TrueAsync(() => proxy.Open == 0, "the proxy let go of both sockets");
    }

    [Fact]
    public async Task A_session_expired_on_purpose_is_gone_for_its_holder()
    {
        using var session = await RawSession.OpenAsync(fixture.Server.Port, SessionTimeout);
        await RawSession.ExpireAsync(fixture.Server.Port, session.Id);
        await Assert.ThrowsAnyAsync<IOException>(() => session.AskAsync(OpCodes.Sync, body => body.String("/")));
        using var again = await RawSession.OpenAsync(fixture.Server.Port, SessionTimeout, session.Id);
        Assert.Equal(0, again.Id);
        Assert.DoesNotContain(session.Id, await fixture.Server.Words.LiveSessionsAsync());
    }

    [Fact]
    public async Task The_words_count_connections_and_watches()
    {
        await using var server = await ZooKeeperServer.LaunchAsync();
        Assert.Equal(0, await server.Words.ConnectionsAsync());
        using var session = await RawSession.OpenAsync(server.Port, SessionTimeout);
        await session.AskAsync(OpCodes.GetData, body => body.String("/").Bool(true));
        Assert.Equal(1, await server.Words.ConnectionsAsync());
        Assert.Equal([session.Id], await server.Words.ConnectedSessionsAsync());
        Assert.Equal([session.Id], await server.Words.LiveSessionsAsync());
        Assert.Equal(1, await server.Words.WatchesAsync());
    }

    private static Action<WireWriter> Create(string path) => body =>
        body.String(path).Buffer([]).Int(1).Int(31).String("world").String("anyone").Int(0);

    private async Task<int> ExistsAsync(string path)
    {
        using var session = await RawSession.OpenAsync(fixture.Server.Port, SessionTimeout);
        var (error, _) = await session.AskAsync(OpCodes.Exists, body => body.String(path).Bool(false));
        await session.AskAsync(OpCodes.CloseSession);
        return error;
    }
}
