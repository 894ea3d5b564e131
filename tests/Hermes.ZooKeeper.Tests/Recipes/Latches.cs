using System.Text;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.ZooKeeper.Tests.Recipes;

/// <summary>Leader latches on a real server, also among nodes as Curator makes them.</summary>
public sealed class Latches(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leads_in_the_order_of_arrival_and_hands_over_at_once()
    {
        await using var zk = await server.ConnectAsync();
        var path = $"{await server.CreateRootAsync(zk)}/leader";
        await using var first = Stand(zk, path, "first");
        var term = await first.WhenLeaderAsync(Cancellation);
        await using var second = Stand(zk, path, "second");
        await using var third = Stand(zk, path, "third");
        await Until.TrueAsync(async () => (await zk.GetChildrenAsync(path, Cancellation)).Names.Count == 3, "all three stand");
        Assert.Null(second.Term);
        Assert.Null(third.Term);
        await first.DisposeAsync();
        Assert.True(term.Ended.IsCancellationRequested);
        var candidates = new[] { second, third };
        await Until.TrueAsync(() => candidates.Any(c => c.Term is not null), "one of the others leads");
        Assert.Single(candidates, c => c.Term is not null);
        Assert.True(candidates.Select(c => c.Term).OfType<LeadershipTerm>().Single().FencingNumber > term.FencingNumber);
        await Assert.ThrowsAsync<MultiFailedException>(() => zk.MultiAsync([term.Guard], Cancellation).AsTask());
    }

    [Fact]
    public async Task Nodes_are_Curators_and_waits_for_a_Curator_candidate()
    {
        await using var zk = await server.ConnectAsync();
        var path = await server.CreateRootAsync(zk);
        var java = await zk.CreateAsync($"{path}/_c_{Guid.NewGuid():d}-latch-", "java$1"u8.ToArray(), CreateMode.EphemeralSequential, Cancellation);
        await using var ours = Stand(zk, path, "ours");
        await Until.TrueAsync(async () => (await zk.GetChildrenAsync(path, Cancellation)).Names.Count == 2, "we stand too");
        Assert.Null(ours.Term);
        await zk.DeleteAsync(java.Path, 0, Cancellation);
        await ours.WhenLeaderAsync(Cancellation);
        var name = Assert.Single((await zk.GetChildrenAsync(path, Cancellation)).Names);
        Assert.Matches("^_c_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-latch-[0-9]{10}$", name);
        Assert.Equal("ours", Encoding.UTF8.GetString((await zk.GetAsync($"{path}/{name}", Cancellation)).Data.Span));
    }

    [Fact]
    public async Task An_expired_session_ends_the_term_and_stands_anew()
    {
        await using var zk = await server.ConnectAsync();
        var path = await server.CreateRootAsync(zk);
        await using var latch = Stand(zk, path, "one");
        var term = await latch.WhenLeaderAsync(Cancellation);
        await RawSession.ExpireAsync(server.Server.Port, zk.Session.Id);
        await Until.TrueAsync(() => term.Ended.IsCancellationRequested, "the term has ended");
        await Until.TrueAsync(() => latch.Term is { } next && next.FencingNumber > term.FencingNumber, "a new term has begun");
        Assert.Single((await zk.GetChildrenAsync(path, Cancellation)).Names);
    }

    [Fact]
    public async Task A_candidate_whose_node_was_deleted_stands_again()
    {
        await using var zk = await server.ConnectAsync();
        var path = await server.CreateRootAsync(zk);
        await using var latch = Stand(zk, path, "one");
        var term = await latch.WhenLeaderAsync(Cancellation);
        var node = (await zk.GetChildrenAsync(path, Cancellation)).Names.Single();
        await zk.DeleteAsync($"{path}/{node}", NodeVersion.Any, Cancellation);
        await Until.TrueAsync(() => latch.Term is { } next && next.FencingNumber > term.FencingNumber, "a new term has begun");
        Assert.True(term.Ended.IsCancellationRequested);
    }

    [Fact]
    public void The_order_survives_the_wrap_of_the_servers_counter()
    {
        string[] names = ["_c_b-latch--2147483648", "_c_a-latch-2147483647", "other", "_c_c-latch--2147483647"];
        Assert.Equal(["_c_a-latch-2147483647", "_c_b-latch--2147483648", "_c_c-latch--2147483647"], LatchNode.InOrder(names).Select(n => n.Name));
    }

    private static LeaderLatch Stand(ZooKeeperClient zk, string path, string id) =>
        LeaderLatch.Start(zk, path, id, NullLogger.Instance, TimeProvider.System);
}
