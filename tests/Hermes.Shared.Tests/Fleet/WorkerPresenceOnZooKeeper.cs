using Hermes.Shared.Fleet;
using Hermes.Shared.Hosting;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hermes.Shared.Tests.Fleet;

/// <summary>The node by which a worker shows itself, on a real server.</summary>
public sealed class WorkerPresenceOnZooKeeper(ZooKeeperFixture server) : IAsyncLifetime
{
    private ZooKeeperClient _zooKeeper = null!;
    private WorkerPaths _paths = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _zooKeeper = ZooKeeperClient.Start(new() { ConnectionString = server.Require() });
        await _zooKeeper.WhenConnectedAsync(Cancellation);
        _paths = new(new(server.FreshRoot()));
    }

    public ValueTask DisposeAsync() => _zooKeeper.DisposeAsync();

    [Fact]
    public async Task Tells_kind_id_version_and_start_and_goes_with_its_session()
    {
        await CreateRootAsync();
        var own = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        using var presence = Start(own);
        await WhenThereAsync(1);
        var worker = (await ReadAsync()).Single().Worker;
        Assert.Equal(("hermes-janitor", WorkerHost.Worker, WorkerSignature.Version), (worker.Kind, worker.Id, worker.Version));
        Assert.InRange(worker.StartedAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());
        await presence.StopAsync(Cancellation);
        await own.DisposeAsync();
        await WhenThereAsync(0);
    }

    [Fact]
    public async Task Two_workers_of_one_name_are_two()
    {
        await CreateRootAsync();
        using var one = Start(_zooKeeper);
        using var other = Start(_zooKeeper);
        await WhenThereAsync(2);
        await one.StopAsync(Cancellation);
        await other.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Is_there_again_after_an_expired_session_and_after_a_deletion()
    {
        await CreateRootAsync();
        using var presence = Start(_zooKeeper);
        await WhenThereAsync(1);
        var before = _zooKeeper.Session.Id;
        await RawSession.ExpireAsync(server.Server.Port, before);
        await Until.TrueAsync(async () => await ReadAsync() is [{ Owner: var owner }] && owner != before && owner == _zooKeeper.Session.Id, "it is registered in its new session");
        await _zooKeeper.DeleteAsync(_paths.Node((await ReadAsync()).Single().Name), NodeVersion.Any, Cancellation);
        await WhenThereAsync(1);
        await presence.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Waits_for_an_installation_and_never_makes_its_root()
    {
        var time = new FakeTimeProvider();
        var log = new FakeLogger<WorkerPresence>();
        using var presence = Start(_zooKeeper, time, log);
        await Until.TrueAsync(() => log.Collector.Count == 1, "it has failed, and waits");
        var root = _paths.Folder[.._paths.Folder.LastIndexOf('/')];
        Assert.Null(await _zooKeeper.FindAsync(root, Cancellation));
        await CreateRootAsync();
        await Until.TrueAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return (await ReadAsync()).Count == 1;
        }, "it shows itself");
        await presence.StopAsync(Cancellation);
    }

    private WorkerPresence Start(IZooKeeper zooKeeper, TimeProvider? time = null, ILogger<WorkerPresence>? logger = null)
    {
        var presence = new WorkerPresence(zooKeeper, _paths, new("hermes-janitor", 0), logger ?? NullLogger<WorkerPresence>.Instance, time ?? TimeProvider.System);
        _ = presence.StartAsync(Cancellation);
        return presence;
    }

    private async Task CreateRootAsync() => await _zooKeeper.CreateAsync(_paths.Folder[.._paths.Folder.LastIndexOf('/')], default, CreateMode.Persistent, Cancellation);

    private Task WhenThereAsync(int count) => Until.TrueAsync(async () => (await ReadAsync()).Count == count, $"{count} workers show themselves");

    private async Task<IReadOnlyList<(string Name, PresentWorker Worker, long Owner)>> ReadAsync()
    {
        var found = new List<(string, PresentWorker, long)>();
        foreach (var name in (await _zooKeeper.TryGetChildrenAsync(_paths.Folder, Cancellation))?.Names ?? [])
        {
            if (await _zooKeeper.TryGetAsync(_paths.Node(name), Cancellation) is { } node && PresentWorker.TryRead(node.Data.Span, out var worker))
                found.Add((name, worker, node.Stat.EphemeralOwner));
        }
        return found;
    }
}
