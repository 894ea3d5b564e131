using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Watching;

/// <summary>Watches on a real server, also those that share a path, where server 3.8.0 keeps only one.</summary>
public sealed class PersistentWatches(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_watch_sees_the_node_and_its_children()
    {
        await using var zk = await server.ConnectAsync();
        var root = server.FreshRoot();
        await using var watch = await zk.WatchAsync(root, WatchMode.Node, Cancellation);
        await zk.CreateAsync(root, default, CreateMode.Persistent, Cancellation);
        await zk.CreateAsync($"{root}/a", default, CreateMode.Persistent, Cancellation);
        await zk.SetAsync(root, default, 0, Cancellation);
        await zk.DeleteAsync($"{root}/a", 0, Cancellation);
        await zk.DeleteAsync(root, 1, Cancellation);
        await ExpectAsync(watch, root, WatchEventType.Created, WatchEventType.ChildrenChanged, WatchEventType.DataChanged, WatchEventType.ChildrenChanged, WatchEventType.Deleted);
    }

    [Fact]
    public async Task An_event_is_there_before_the_reply_that_shows_its_effect()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var watch = await zk.WatchAsync(root, WatchMode.Recursive, Cancellation);
        for (var i = 0; i < 300; i++)
        {
            await zk.SetAsync(root, default, i, Cancellation);
            Assert.True(watch.Events.TryRead(out var what));
            Assert.Equal(WatchEventType.DataChanged, what.Type);
        }
    }

    [Fact]
    public async Task One_shot_watches_on_the_path_of_a_persistent_one_fire_and_leave_it_alive()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var watch = await zk.WatchAsync(root, WatchMode.Recursive, Cancellation);
        var data = (await zk.GetAndWatchAsync(root, Cancellation)).Watch;
        var children = (await zk.GetChildrenAndWatchAsync(root, Cancellation)).Watch;
        await zk.SetAsync(root, default, 0, Cancellation);
        Assert.Equal(WatchEventType.DataChanged, (await data.Fired.WaitAsync(Cancellation)).Type);
        Assert.False(children.Fired.IsCompleted);
        await zk.CreateAsync($"{root}/a", default, CreateMode.Persistent, Cancellation);
        Assert.Equal(new WatchEvent(WatchEventType.ChildrenChanged, root), await children.Fired.WaitAsync(Cancellation));
        await zk.SetAsync($"{root}/a", default, 0, Cancellation);
        await zk.SetAsync(root, default, 1, Cancellation);
        Assert.Equal(
            [new(WatchEventType.DataChanged, root), new(WatchEventType.Created, $"{root}/a"), new(WatchEventType.DataChanged, $"{root}/a"), new(WatchEventType.DataChanged, root)],
            await ReadAsync(watch, 4));
    }

    [Fact]
    public async Task Two_persistent_watches_on_one_path_each_see_their_own()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var node = await zk.WatchAsync(root, WatchMode.Node, Cancellation);
        var tree = await zk.WatchAsync(root, WatchMode.Recursive, Cancellation);
        await zk.CreateAsync($"{root}/a", default, CreateMode.Persistent, Cancellation);
        Assert.Equal([new(WatchEventType.ChildrenChanged, root)], await ReadAsync(node, 1));
        Assert.Equal([new(WatchEventType.Created, $"{root}/a")], await ReadAsync(tree, 1));
        await tree.DisposeAsync();
        await zk.SetAsync(root, default, 0, Cancellation);
        Assert.Equal([new(WatchEventType.DataChanged, root)], await ReadAsync(node, 1));
    }

    [Fact]
    public async Task A_disposed_watch_leaves_the_server()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var watch = await zk.WatchAsync(root, WatchMode.Recursive, Cancellation);
        var oneShot = (await zk.GetAndWatchAsync(root, Cancellation)).Watch;
        await watch.DisposeAsync();
        Assert.Equal(WatchEventType.Gap, (await oneShot.Fired.WaitAsync(Cancellation)).Type); // it lived on the other
        await zk.SetAsync(root, default, 0, Cancellation);
        Assert.False(await watch.Events.WaitToReadAsync(Cancellation));
        Assert.DoesNotContain(root, await server.Server.Words.TryAskAsync("wchp"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_on_a_missing_node_fires_at_its_creation()
    {
        await using var zk = await server.ConnectAsync();
        var root = server.FreshRoot();
        var (absent, watch) = await zk.FindAndWatchAsync(root, Cancellation);
        Assert.Null(absent);
        await zk.CreateAsync(root, default, CreateMode.Persistent, Cancellation);
        Assert.Equal(new WatchEvent(WatchEventType.Created, root), await watch.Fired.WaitAsync(Cancellation));
    }

    private static async Task ExpectAsync(IPersistentWatch watch, string path, params WatchEventType[] types) =>
        Assert.Equal(types.Select(t => new WatchEvent(t, path)), await ReadAsync(watch, types.Length));

    private static async Task<List<WatchEvent>> ReadAsync(IPersistentWatch watch, int count)
    {
        List<WatchEvent> events = [];
        while (events.Count < count)
            events.Add(await watch.Events.ReadAsync(Cancellation));
        return events;
    }
}
