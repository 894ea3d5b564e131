using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Recipes;

namespace Hermes.ZooKeeper.Tests.Recipes;

/// <summary>Counters on a real server, in Curator's bytes.</summary>
public sealed class Counters(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_writers_lose_nothing()
    {
        await using var zk = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var path = $"{await server.CreateRootAsync(zk)}/n";
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var counter = new Counter(i % 2 == 0 ? zk : other, path);
            for (var n = 0; n < 20; n++)
                await counter.AddAsync(3, Cancellation);
        }));
        await zk.SyncAsync(path, Cancellation);
        Assert.Equal(480, await new Counter(zk, path).GetAsync(Cancellation));
    }

    [Fact]
    public async Task Bytes_are_Curators_big_endian()
    {
        await using var zk = await server.ConnectAsync();
        var path = $"{await server.CreateRootAsync(zk)}/n";
        var counter = new Counter(zk, path);
        Assert.Equal(0, await counter.GetAsync(Cancellation));
        await counter.AddAsync(1234, Cancellation);
        Assert.Equal(Convert.FromHexString("00000000000004D2"), (await zk.GetAsync(path, Cancellation)).Data.ToArray());
        Assert.False(await counter.TrySetAsync(1, 5, Cancellation));
        Assert.True(await counter.TrySetAsync(1234, -5, Cancellation));
        Assert.Equal(-5, await counter.GetAsync(Cancellation));
    }

    [Fact]
    public async Task What_is_no_counter_is_named_and_left_alone()
    {
        await using var zk = await server.ConnectAsync();
        var path = (await zk.CreateAsync($"{await server.CreateRootAsync(zk)}/n", "127.0.0.1"u8.ToArray(), CreateMode.Persistent, Cancellation)).Path;
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => new Counter(zk, path).AddAsync(1, Cancellation));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await zk.GetAsync(path, Cancellation)).Stat.Version);
    }
}
