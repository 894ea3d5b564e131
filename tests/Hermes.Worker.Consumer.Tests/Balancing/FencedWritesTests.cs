using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Consumer.Balancing;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging.Abstractions;
using Write = Hermes.ZooKeeper.Operation;

namespace Hermes.Worker.Consumer.Tests.Balancing;

/// <summary>A leader's writes, on a real ZooKeeper.</summary>
public sealed class FencedWritesTests(ZooKeeperFixture zooKeeper)
{
    [Fact]
    public async Task Who_leads_no_more_writes_nothing_even_where_it_has_not_noticed_yet()
    {
        var root = zooKeeper.FreshRoot();
        await using var client = ZooKeeperClient.Start(new() { ConnectionString = zooKeeper.Require() });
        await client.CreateAsync(root, default, CreateMode.Persistent, Cancellation);
        await using var latch = LeaderLatch.Start(client, $"{root}/leader", "one", NullLogger.Instance, TimeProvider.System);
        var term = await latch.WhenLeaderAsync(Cancellation);
        await client.WriteAsync(term, [Write.Create($"{root}/a", "1"u8.ToArray(), CreateMode.Persistent), Write.Create($"{root}/b", "1"u8.ToArray(), CreateMode.Persistent)], Cancellation);

        // Its node is taken away, as it would be at the end of its session.
        await client.DeleteAsync(term.Guard.Path, NodeVersion.Any, Cancellation);
        await Assert.ThrowsAsync<MultiFailedException>(() => client.WriteAsync(term, [Write.Set($"{root}/a", "2"u8.ToArray(), NodeVersion.Any)], Cancellation));
        Assert.Equal("1"u8.ToArray(), (await client.GetAsync($"{root}/a", Cancellation)).Data.ToArray());
        await client.WriteAsync(term, [], Cancellation); // nothing to write needs no leader
    }

    [Fact]
    public async Task A_plan_too_large_for_one_transaction_is_written_in_several()
    {
        var root = zooKeeper.FreshRoot();
        await using var client = ZooKeeperClient.Start(new() { ConnectionString = zooKeeper.Require() });
        await client.CreateAsync(root, default, CreateMode.Persistent, Cancellation);
        await using var latch = LeaderLatch.Start(client, $"{root}/leader", "one", NullLogger.Instance, TimeProvider.System);
        var term = await latch.WhenLeaderAsync(Cancellation);
        await client.WriteAsync(term, [.. Enumerable.Range(0, 20).Select(i => Write.Create($"{root}/{i}", new byte[100_000], CreateMode.Persistent))], Cancellation);
        Assert.Equal(21, (await client.GetChildrenAsync(root, Cancellation)).Names.Count);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
