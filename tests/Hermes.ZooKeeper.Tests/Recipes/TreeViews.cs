using System.Text;
using System.Threading.Channels;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.ZooKeeper.Tests.Recipes;

/// <summary>Tree views on a real server, over changes, gaps and expired sessions.</summary>
public sealed class TreeViews(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_what_is_there_and_then_each_change()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await zk.CreateAsync($"{root}/a", "1"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await using var view = View(zk, root);
        var changes = view.Subscribe();
        await ExpectAsync(changes, $"Added {root}", $"Added {root}/a", $"Current {root}");
        await zk.SetAsync($"{root}/a", "2"u8.ToArray(), 0, Cancellation);
        await ExpectAsync(changes, $"Changed {root}/a");
        Assert.Equal("2", Encoding.UTF8.GetString(view.Find($"{root}/a")!.Data.Span));
        await zk.CreateAsync($"{root}/a/b", default, CreateMode.Persistent, Cancellation);
        await ExpectAsync(changes, $"Added {root}/a/b");
        Assert.Equal(["b"], view.Children($"{root}/a"));
        await zk.MultiAsync([Operation.Delete($"{root}/a/b", 0), Operation.Delete($"{root}/a", 1)], Cancellation);
        await ExpectAsync(changes, $"Removed {root}/a/b", $"Removed {root}/a");
        Assert.Empty(view.Children(root));
    }

    [Fact]
    public async Task A_node_deleted_and_created_again_is_another()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await zk.CreateAsync($"{root}/a", "1"u8.ToArray(), CreateMode.Persistent, Cancellation);
        await using var view = View(zk, root);
        var changes = view.Subscribe();
        await ExpectAsync(changes, $"Added {root}", $"Added {root}/a", $"Current {root}");
        await zk.MultiAsync([Operation.Delete($"{root}/a", 0), Operation.Create($"{root}/a", "1"u8.ToArray(), CreateMode.Persistent)], Cancellation);
        await ExpectAsync(changes, $"Removed {root}/a", $"Added {root}/a");
    }

    [Fact]
    public async Task Waits_for_a_root_that_does_not_exist_yet()
    {
        await using var zk = await server.ConnectAsync();
        var root = server.FreshRoot();
        await using var view = View(zk, root);
        await view.WhenCurrentAsync(Cancellation);
        Assert.Null(view.Find(root));
        await zk.CreateAsync(root, default, CreateMode.Persistent, Cancellation);
        await Until.TrueAsync(() => view.Find(root) is not null, "the root is seen");
    }

    [Fact]
    public async Task Changes_missed_while_the_session_was_away_are_told_as_differences()
    {
        await using var other = await server.ConnectAsync();
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(other);
        foreach (var name in (string[])["gone", "kept", "changed"])
            await other.CreateAsync($"{root}/{name}", default, CreateMode.Persistent, Cancellation);
        await using var view = View(zk, root);
        await view.WhenCurrentAsync(Cancellation);
        var changes = view.Subscribe();
        await ExpectAsync(changes, $"Added {root}", $"Added {root}/changed", $"Added {root}/gone", $"Added {root}/kept", $"Current {root}");
        // A frozen server would freeze the writer too: the session is ended, and the changes made in one multi with no gap between.
        await RawSession.ExpireAsync(server.Server.Port, zk.Session.Id);
        await other.MultiAsync(
        [
            Operation.Delete($"{root}/gone", 0), Operation.Set($"{root}/changed", "x"u8.ToArray(), 0), Operation.Create($"{root}/new", default, CreateMode.Persistent),
        ], Cancellation);
        var told = new List<string>();
        await foreach (var change in changes.ReadAllAsync(Cancellation))
        {
            told.Add($"{change.Kind} {change.Path}");
            if (change.Kind is TreeChangeKind.Current)
                break;
        }
        Assert.Equal([$"Added {root}/new", $"Changed {root}/changed", $"Current {root}", $"Removed {root}/gone"], told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ends_up_equal_to_the_tree_after_many_random_changes()
    {
        await using var zk = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await using var view = View(zk, root);
        var mirror = new Dictionary<string, long>(StringComparer.Ordinal);
        var reading = MirrorAsync(view.Subscribe(), mirror);
        var random = new Random(7);
        for (var i = 0; i < 600; i++)
        {
            var path = $"{root}/{random.Next(4)}" + (random.Next(2) == 0 ? "" : $"/{random.Next(4)}");
            await TryAsync(() => random.Next(3) switch
            {
                0 => other.CreateAsync(path, default, CreateMode.Persistent, Cancellation).AsTask(),
                1 => other.DeleteAsync(path, NodeVersion.Any, Cancellation).AsTask(),
                _ => other.SetAsync(path, default, NodeVersion.Any, Cancellation).AsTask(),
            });
            if (i == 300)
                await RawSession.ExpireAsync(server.Server.Port, zk.Session.Id);
        }
        var truth = new Dictionary<string, long>(StringComparer.Ordinal);
        await CollectAsync(other, root, truth);
        await Until.TrueAsync(() =>
        {
            lock (mirror)
                return mirror.Count == truth.Count && truth.All(t => mirror.GetValueOrDefault(t.Key) == t.Value);
        }, "the view equals the tree");
        await view.DisposeAsync();
        await reading;
    }

    private static TreeView View(ZooKeeperClient zk, string root) => TreeView.Start(zk, root, new(), NullLogger.Instance, TimeProvider.System);

    private static async Task ExpectAsync(ChannelReader<TreeChange> changes, params string[] expected)
    {
        foreach (var line in expected)
        {
            var change = await changes.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
            Assert.Equal(line, $"{change.Kind} {change.Path}");
        }
    }

    private static async Task MirrorAsync(ChannelReader<TreeChange> changes, Dictionary<string, long> mirror)
    {
        await foreach (var change in changes.ReadAllAsync(CancellationToken.None))
        {
            lock (mirror)
            {
                if (change.Kind is TreeChangeKind.Added)
                    Assert.True(mirror.TryAdd(change.Path, change.Node!.Stat.ModifiedZxid));
                else if (change.Kind is TreeChangeKind.Changed)
                    mirror[change.Path] = change.Node!.Stat.ModifiedZxid;
                else if (change.Kind is TreeChangeKind.Removed)
                    Assert.True(mirror.Remove(change.Path));
            }
        }
    }

    private static async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (ZooKeeperException) { } // there, not there, or not empty: another turn changes it
    }

    private static async Task CollectAsync(ZooKeeperClient zk, string path, Dictionary<string, long> into)
    {
        var children = await zk.GetChildrenAsync(path, Cancellation);
        into[path] = children.Stat.ModifiedZxid;
        foreach (var name in children.Names)
            await CollectAsync(zk, $"{path}/{name}", into);
    }
}
