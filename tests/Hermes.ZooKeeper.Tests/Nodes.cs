using System.Text;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests;

/// <summary>The operations, on a real server.</summary>
public sealed class Nodes(ZooKeeperFixture server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Creates_reads_writes_lists_and_deletes()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var made = await zk.CreateAsync($"{root}/a", "one"u8.ToArray(), CreateMode.Persistent, Cancellation);
        Assert.Equal($"{root}/a", made.Path);
        Assert.Equal(0, made.Stat.Version);
        var stat = await zk.SetAsync($"{root}/a", "two"u8.ToArray(), 0, Cancellation);
        Assert.Equal(1, stat.Version);
        var read = await zk.GetAsync($"{root}/a", Cancellation);
        Assert.Equal("two", Encoding.UTF8.GetString(read.Data.Span));
        Assert.Equal(stat, read.Stat);
        Assert.Equal(stat, await zk.FindAsync($"{root}/a", Cancellation));
        var children = await zk.GetChildrenAsync(root, Cancellation);
        Assert.Equal(["a"], children.Names);
        Assert.Equal(1, children.Stat.ChildCount);
        await zk.SyncAsync(root, Cancellation);
        await zk.DeleteAsync($"{root}/a", 1, Cancellation);
        Assert.Null(await zk.FindAsync($"{root}/a", Cancellation));
        Assert.Null(await zk.TryGetAsync($"{root}/a", Cancellation));
        Assert.Null(await zk.TryGetChildrenAsync($"{root}/a", Cancellation));
    }

    [Fact]
    public async Task Tells_refusals_apart_by_their_code()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await zk.CreateAsync($"{root}/a", default, CreateMode.Persistent, Cancellation);
        await RefusedAsync(ErrorCode.NodeExists, () => zk.CreateAsync($"{root}/a", default, CreateMode.Persistent, Cancellation).AsTask());
        await RefusedAsync(ErrorCode.NoNode, () => zk.CreateAsync($"{root}/b/c", default, CreateMode.Persistent, Cancellation).AsTask());
        await RefusedAsync(ErrorCode.NoNode, () => zk.GetAsync($"{root}/b", Cancellation).AsTask());
        await RefusedAsync(ErrorCode.NoNode, () => zk.GetChildrenAsync($"{root}/b", Cancellation).AsTask());
        await RefusedAsync(ErrorCode.BadVersion, () => zk.SetAsync($"{root}/a", default, 7, Cancellation).AsTask());
        await RefusedAsync(ErrorCode.BadVersion, () => zk.DeleteAsync($"{root}/a", 7, Cancellation).AsTask());
        await RefusedAsync(ErrorCode.NotEmpty, () => zk.DeleteAsync(root, NodeVersion.Any, Cancellation).AsTask());
        await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        await RefusedAsync(ErrorCode.NoChildrenForEphemerals, () => zk.CreateAsync($"{root}/e/x", default, CreateMode.Persistent, Cancellation).AsTask());
    }

    [Theory, InlineData(CreateMode.PersistentSequential), InlineData(CreateMode.EphemeralSequential)]
    public async Task Sequential_nodes_count_up(CreateMode mode)
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var first = await zk.CreateAsync($"{root}/n-", default, mode, Cancellation);
        var second = await zk.CreateAsync($"{root}/n-", default, mode, Cancellation);
        Assert.Equal($"{root}/n-0000000000", first.Path);
        Assert.Equal($"{root}/n-0000000001", second.Path);
        Assert.Equal(mode is CreateMode.EphemeralSequential ? zk.Session.Id : 0, second.Stat.EphemeralOwner);
    }

    [Fact]
    public async Task Ephemeral_nodes_go_with_their_session()
    {
        await using var watcher = await server.ConnectAsync();
        var root = await server.CreateRootAsync(watcher);
        await using (var zk = await server.ConnectAsync())
            await zk.CreateAsync($"{root}/e", default, CreateMode.Ephemeral, Cancellation);
        Assert.Null(await watcher.FindAsync($"{root}/e", Cancellation));
    }

    [Fact]
    public async Task The_server_deletes_containers_and_nodes_whose_time_is_up()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await zk.CreateAsync($"{root}/c", default, CreateMode.Container, Cancellation);
        await zk.CreateAsync($"{root}/c/x", default, CreateMode.Persistent, Cancellation);
        await zk.CreateAsync($"{root}/t", default, new(CreateMode.PersistentWithTtl, Ttl: TimeSpan.FromMilliseconds(50)), Cancellation);
        await zk.CreateAsync($"{root}/t-", default, new(CreateMode.PersistentSequentialWithTtl, Ttl: TimeSpan.FromMilliseconds(50)), Cancellation);
        await zk.DeleteAsync($"{root}/c/x", 0, Cancellation);
        await Until.TrueAsync(async () => (await zk.GetChildrenAsync(root, Cancellation)).Names.Count == 0, "all were deleted");
    }

    [Fact]
    public async Task A_multi_is_applied_as_a_whole()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var done = await zk.MultiAsync(
        [
            Operation.Create($"{root}/a", "1"u8.ToArray(), CreateMode.Persistent),
            Operation.Create($"{root}/a/c", default, CreateMode.Container),
            Operation.Set($"{root}/a", "2"u8.ToArray(), 0),
            Operation.Check($"{root}/a", 1),
            Operation.Delete($"{root}/a/c", NodeVersion.Any),
        ], Cancellation);
        var node = await zk.GetAsync($"{root}/a", Cancellation);
        Assert.Equal(done.Zxid, node.Stat.CreatedZxid);
        Assert.Equal(done.Zxid, node.Stat.ModifiedZxid);
        Assert.Equal($"{root}/a", done.Results[0].Path);
        Assert.Equal($"{root}/a/c", done.Results[1].Path);
        Assert.Equal(1, done.Results[2].Stat?.Version);
    }

    [Fact]
    public async Task A_refused_multi_names_the_culprit_and_changes_nothing()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var refused = await Assert.ThrowsAsync<MultiFailedException>(() => zk.MultiAsync(
        [
            Operation.Create($"{root}/a", default, CreateMode.Persistent),
            Operation.Check(root, 5),
            Operation.Delete($"{root}/nothing", 0),
        ], Cancellation).AsTask());
        Assert.Equal((1, ErrorCode.BadVersion), (refused.Index, refused.Code));
        Assert.Null(await zk.FindAsync($"{root}/a", Cancellation));
        Assert.Empty((await zk.MultiAsync([], Cancellation)).Results);
    }

    [Fact]
    public async Task Rights_hold_for_those_they_name()
    {
        var anna = new DigestCredential("anna", "secret");
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        await RefusedAsync(ErrorCode.InvalidAcl, () => zk.CreateAsync($"{root}/x", default, new(CreateMode.Persistent, AclEntry.CreatorAll), Cancellation).AsTask());
        await zk.CreateAsync($"{root}/a", "mine"u8.ToArray(), new(CreateMode.Persistent, [anna.Grant(AclRights.All)]), Cancellation);
        await RefusedAsync(ErrorCode.NoAuth, () => zk.GetAsync($"{root}/a", Cancellation).AsTask());
        await zk.AddAuthAsync("digest", Encoding.UTF8.GetBytes("anna:secret"), Cancellation);
        Assert.Equal("mine", Encoding.UTF8.GetString((await zk.GetAsync($"{root}/a", Cancellation)).Data.Span));
        var acl = await zk.GetAclAsync($"{root}/a", Cancellation);
        Assert.Equal([anna.Grant(AclRights.All)], acl.Entries);
        await zk.SetAclAsync($"{root}/a", AclEntry.OpenToAll, acl.Stat.AclVersion, Cancellation);
        await RefusedAsync(ErrorCode.BadVersion, () => zk.SetAclAsync($"{root}/a", AclEntry.OpenToAll, acl.Stat.AclVersion, Cancellation).AsTask());
        await using var configured = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString, Digest = [anna] });
        await configured.CreateAsync($"{root}/b", default, new(CreateMode.Persistent, AclEntry.CreatorAll), Cancellation);
        Assert.Equal([anna.Grant(AclRights.All)], (await configured.GetAclAsync($"{root}/b", Cancellation)).Entries);
    }

    [Fact]
    public async Task A_chroot_stands_before_every_path_and_shows_in_none()
    {
        await using var outside = await server.ConnectAsync();
        var root = await server.CreateRootAsync(outside);
        await using var inside = await server.ConnectAsync(chroot: root);
        await using var watch = await inside.WatchAsync("/", WatchMode.Recursive, Cancellation);
        Assert.Equal("/a", (await inside.CreateAsync("/a", default, CreateMode.Persistent, Cancellation)).Path);
        Assert.Equal(["a"], (await inside.GetChildrenAsync("/", Cancellation)).Names);
        var multi = await inside.MultiAsync([Operation.Create("/a/b", default, CreateMode.Persistent)], Cancellation);
        Assert.Equal("/a/b", multi.Results[0].Path);
        Assert.NotNull(await outside.FindAsync($"{root}/a/b", Cancellation));
        Assert.Equal(new WatchEvent(WatchEventType.Created, "/a"), await watch.Events.ReadAsync(Cancellation));
        Assert.Equal(new WatchEvent(WatchEventType.Created, "/a/b"), await watch.Events.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task A_request_too_large_is_refused_before_it_is_sent()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        var connection = zk.Session.Connection;
        var overhead = 8 + 4 + root.Length + 2 + 4 + 27 + 4; // header, path, data's length, rights, flags
        var refused = await Assert.ThrowsAsync<RequestTooLargeException>(
            () => zk.CreateAsync($"{root}/b", new byte[0xFFFFF - overhead + 1], CreateMode.Persistent, Cancellation).AsTask());
        Assert.Equal(0xFFFFF + 1, refused.Size);
        await zk.CreateAsync($"{root}/a", new byte[0xFFFFF - overhead], CreateMode.Persistent, Cancellation);
        Assert.Equal(0xFFFFF - overhead, (await zk.GetAsync($"{root}/a", Cancellation)).Data.Length);
        Assert.Equal(connection, zk.Session.Connection);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_nothing_else()
    {
        await using var zk = await server.ConnectAsync();
        var root = await server.CreateRootAsync(zk);
        for (var i = 0; i < 100; i++)
        {
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var cancelled = zk.GetAsync(root, cancellation.Token).AsTask();
            var other = zk.GetChildrenAsync(root, Cancellation).AsTask();
            await cancellation.CancelAsync();
            try
            {
                Assert.Equal(0, (await cancelled).Stat.Version);
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(cancellation.Token, e.CancellationToken);
            }
            Assert.Empty((await other).Names);
        }
    }

    [Theory]
    [InlineData("", "begin with '/'"), InlineData("a", "begin with '/'"), InlineData("/a/", "end with '/'"), InlineData("/a//b", "empty element")]
    [InlineData("/a/./b", "'.' or '..'"), InlineData("/..", "'.' or '..'"), InlineData("/a\u0001", "U+0001"), InlineData("/a\ufff0", "U+FFF0")]
    public async Task A_bad_path_is_refused_by_its_rule(string path, string rule)
    {
        await using var zk = await server.ConnectAsync();
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => zk.GetAsync(path, Cancellation).AsTask());
        Assert.Contains(rule, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_to_live_goes_with_its_modes_alone()
    {
        await using var zk = await server.ConnectAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => zk.CreateAsync("/a", default, CreateMode.PersistentWithTtl, Cancellation).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => zk.CreateAsync("/a", default, new(CreateMode.Persistent, Ttl: TimeSpan.FromSeconds(1)), Cancellation).AsTask());
    }

    private static async Task RefusedAsync(ErrorCode code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<ZooKeeperException>(call)).Code);
}
