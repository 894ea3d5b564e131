using Hermes.Shared.Fleet;
using Hermes.Shared.Registry;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Cli.Tests.Consumers;

/// <summary><c>hermes consumers</c> on real ZooKeeper; the fleet's nodes are written by hand, as Hermes's consumers write them.</summary>
public sealed class ConsumerCommandsTests(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private readonly Site _site = new(zooKeeper, kafka);

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://localhost:1/")).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Lists_who_is_there_who_leads_and_who_serves_what_how_fast()
    {
        Assert.Empty((await _site.RunAsync("consumers", "list", "--json")).Succeeded().Json.AsArray());

        var paths = new FleetPaths(new HermesPaths(_site.Root), "primary-dc");
        var id = (await _site.ZooKeeper.FindAsync($"{_site.Root}/groups/shop/topics/orders/subscriptions/billing", Cancellation))!.Value.CreatedZxid;
        await WriteAsync(paths.Node("b"), "10.1.2.3"u8.ToArray());
        await WriteAsync(paths.Node("a"), "10.1.2.4"u8.ToArray());
        await WriteAsync($"{paths.Leader}/_c_b1-latch-0000000007", "a"u8.ToArray());
        await WriteAsync($"{paths.Leader}/_c_a1-latch-0000000003", "b"u8.ToArray());
        await WriteAsync(paths.Assignment("a"), AssignedWork.Write([id, 1]));
        await WriteAsync(paths.Assignment("gone"), "no assignment"u8.ToArray());
        await WriteAsync(paths.MaxRates("a"), MaxRates.Write(new Dictionary<long, double> { [id] = 12.5 }));
        await WriteAsync(paths.RateHistory("a"), RateHistories.Write(new Dictionary<long, IReadOnlyList<double>> { [id] = [0.75] }));

        var listed = (await _site.RunAsync("consumers", "list", "--json")).Succeeded().Json.AsArray();
        Assert.Equal(["a", "b", "gone"], listed.Select(c => (string?)c!["consumer"]));
        Assert.Equal([false, true, false], listed.Select(c => (bool)c!["leader"]!));
        Assert.Equal([true, true, false], listed.Select(c => (bool)c!["present"]!));
        var work = listed[0]!["assignments"]!.AsArray();
        Assert.Equal(["1", "shop.orders$billing"], work.Select(w => (string?)w!["subscription"]));
        Assert.Equal((12.5, 0.75), ((double)work[1]!["maxRate"]!, (double)work[1]!["used"]!));
        Assert.Contains("must be message 1", (string?)listed[2]!["fault"], StringComparison.Ordinal);

        var table = (await _site.RunAsync("consumers", "list")).Succeeded().Output;
        Assert.Contains("shop.orders$billing", table, StringComparison.Ordinal);
        Assert.Contains("leader", table, StringComparison.Ordinal);
        Assert.Contains("away", table, StringComparison.Ordinal);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task WriteAsync(string path, byte[] data)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (await _site.ZooKeeper.FindAsync(path[..slash], Cancellation) is null)
                await _site.ZooKeeper.CreateAsync(path[..slash], default, CreateMode.Persistent, Cancellation);
        }
        await _site.ZooKeeper.CreateAsync(path, data, CreateMode.Persistent, Cancellation);
    }
}
