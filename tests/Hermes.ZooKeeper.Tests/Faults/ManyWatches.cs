using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>Ten thousand watches over a broken connection, on a real server behind the proxy: none lost, none false.</summary>
public sealed class ManyWatches
{
    private const int Count = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_shot_watches_fire_for_what_changed_meanwhile_and_the_others_wait_on()
    {
        await using var stage = await Stage.SetAsync();
        var (near, far, root) = (stage.Near, stage.Far, stage.Root);
        // A third each: data of a node, birth of a missing one, children of a node.
        var watches = await Task.WhenAll(Enumerable.Range(0, Count).Select(async i => (i % 3) switch
        {
            0 => (await near.GetAndWatchAsync($"{root}/{i}", Cancellation)).Watch,
            1 => (await near.FindAndWatchAsync($"{root}/{i}/born", Cancellation)).Watch,
            _ => (await near.GetChildrenAndWatchAsync($"{root}/{i}", Cancellation)).Watch,
        }));
        Assert.Equal(watches.Length - (Count / 3), await stage.Server.Words.WatchesAsync());
        var before = near.Session;
        await stage.Proxy.RefuseAsync();
        stage.Proxy.Cut();
        await near.WhenStateAsync(SessionState.Disconnected);
        await ChangeAsync(i => i % 2 == 0);
        stage.Proxy.Accept();
        await near.WhenConnectedAfterAsync(before);
        await near.SyncAsync(root, Cancellation); // the events of what was missed come ahead of this answer
        for (var i = 0; i < Count; i++)
            Assert.True(watches[i].Fired.IsCompletedSuccessfully == (i % 2 == 0), $"watch {i}");

        await ChangeAsync(i => i % 2 == 1);
        await Task.WhenAll(watches.Select(watch => watch.Fired)).WaitAsync(Until.Patience, TimeProvider.System);
        for (var i = 0; i < Count; i++)
        {
            var what = await watches[i].Fired;
            Assert.Equal((i % 3) switch { 0 => WatchEventType.DataChanged, 1 => WatchEventType.Created, _ => WatchEventType.ChildrenChanged }, what.Type);
        }

        Assert.Equal(0, await stage.Server.Words.WatchesAsync());

        async Task ChangeAsync(Func<int, bool> which)
        {
            foreach (var some in Enumerable.Range(0, Count).Where(which).Chunk(500))
            {
                await far.MultiAsync([.. some.Select(i => i % 3 == 0
                    ? Operation.Set($"{root}/{i}", default, NodeVersion.Any)
                    : Operation.Create($"{root}/{i}/born", default, CreateMode.Persistent))], Cancellation);
            }
        }
    }

    [Fact]
    public async Task Persistent_watches_tell_of_the_gap_and_then_of_every_change()
    {
        await using var stage = await Stage.SetAsync();
        var (near, far, root) = (stage.Near, stage.Far, stage.Root);
        var watches = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => near.WatchAsync($"{root}/{i}", WatchMode.Node, Cancellation).AsTask()));
        var before = near.Session;
        stage.Proxy.Cut(reset: true);
        await near.WhenConnectedAfterAsync(before);
        await near.SyncAsync(root, Cancellation);
        foreach (var some in Enumerable.Range(0, Count).Chunk(500))
            await far.MultiAsync([.. some.Select(i => Operation.Set($"{root}/{i}", default, NodeVersion.Any))], Cancellation);
        foreach (var watch in watches)
        {
            Assert.Equal(new(WatchEventType.Gap, watch.Path), await NextAsync(watch));
            Assert.Equal(new(WatchEventType.DataChanged, watch.Path), await NextAsync(watch));
        }

        Assert.Equal(Count, await stage.Server.Words.WatchesAsync());
        foreach (var watch in watches)
            await watch.DisposeAsync();
        await near.SyncAsync(root, Cancellation); // the removals went ahead of it
        await Until.TrueAsync(async () => await stage.Server.Words.WatchesAsync() == 0, "the server forgot the watches");
    }

    [Fact]
    public async Task A_recursive_watch_with_reads_after_gaps_ends_up_with_the_truth_while_the_connection_keeps_breaking()
    {
        await using var stage = await Stage.SetAsync(nodes: 50);
        var (near, far, root) = (stage.Near, stage.Far, stage.Root);
        await using var watch = await near.WatchAsync(root, WatchMode.Recursive, Cancellation);
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 3000; i++)
                await far.SetAsync($"{root}/{i % 50}", default, NodeVersion.Any, Cancellation);
        }, Cancellation);
        var cutting = CutUntilAsync(stage.Proxy, writing);
        await ReadAllAsync();
        var last = Enumerable.Range(0, 50).ToDictionary(i => $"{root}/{i}", _ => 60, StringComparer.Ordinal);
        await Until.TrueAsync(async () =>
        {
            while (watch.Events.TryRead(out var what))
            {
                if (what.Type is WatchEventType.Gap)
                    await ReadAllAsync();
                else
                    known[what.Path] = (await near.GetAsync(what.Path, Cancellation)).Stat.Version;
            }

            return writing.IsCompleted && last.All(pair => known.GetValueOrDefault(pair.Key) == pair.Value);
        }, "what the watch told adds up to what was written", TimeSpan.FromSeconds(60));
        await writing;
        Assert.True(await cutting > 2);

        async Task ReadAllAsync()
        {
            for (var i = 0; i < 50; i++)
                known[$"{root}/{i}"] = (await near.GetAsync($"{root}/{i}", Cancellation)).Stat.Version;
        }
    }

    private static async Task<int> CutUntilAsync(FaultProxy proxy, Task end)
    {
        var cuts = 0;
        var frames = 0;
        proxy.Observe = frame =>
        {
            if (frame.FromServer && ++frames % 400 == 0)
            {
                cuts++;
                proxy.Cut();
            }
        };
        await end;
        proxy.Observe = null;
        return cuts;
    }

    private static Task<WatchEvent> NextAsync(IPersistentWatch watch) =>
        watch.Events.ReadAsync(Cancellation).AsTask().WaitAsync(Until.Patience, TimeProvider.System);

    /// <summary>A server, a proxy before it, a client that watches through the proxy and one that writes past it.</summary>
    private sealed record Stage(ZooKeeperServer Server, FaultProxy Proxy, ZooKeeperClient Near, ZooKeeperClient Far, string Root) : IAsyncDisposable
    {
        public static async Task<Stage> SetAsync(int nodes = Count)
        {
            ZooKeeperFixture.RequireInstallation();
            var server = await ZooKeeperServer.LaunchAsync();
            var proxy = FaultProxy.Start(server);
            var far = await ClientWaits.ConnectAsync(server.ConnectionString);
            var root = await far.CreateRootAsync();
            foreach (var some in Enumerable.Range(0, nodes).Chunk(500))
                await far.MultiAsync([.. some.Select(i => Operation.Create($"{root}/{i}", default, CreateMode.Persistent))], Cancellation);
            return new(server, proxy, await ClientWaits.ConnectAsync(proxy.ConnectionString), far, root);
        }

        public async ValueTask DisposeAsync()
        {
            await Near.DisposeAsync();
            await Far.DisposeAsync();
            await Proxy.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
