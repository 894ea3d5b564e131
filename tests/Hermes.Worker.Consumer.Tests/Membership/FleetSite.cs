using Hermes.Shared.Fleet;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Membership;

/// <summary>An installation whose fleet is watched, and acted upon as Hermes's own consumers and leaders do.</summary>
internal sealed class FleetSite(HermesInstallation hermes) : IAsyncDisposable
{
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public FleetPaths Paths { get; } = new(hermes.Paths, hermes.Kafka.ClusterName);

    public HermesInstallation Hermes => hermes;

    public ZooKeeperClient ZooKeeper => hermes.ZooKeeper;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async Task<long> IdOfAsync(SubscriptionName subscription) =>
        (await new RegistryReader(ZooKeeper, hermes.Paths).SubscriptionAsync(subscription, Cancellation)).Identity;

    public async Task<IReadOnlyList<string>> MembersAsync() => (await ZooKeeper.TryGetChildrenAsync(Paths.Nodes, Cancellation))?.Names ?? [];

    /// <summary>What a consumer is to serve; <see langword="null"/> where it has no node.</summary>
    public async Task<IReadOnlySet<long>?> AssignedAsync(string consumer) =>
        await ZooKeeper.TryGetAsync(Paths.Assignment(consumer), Cancellation) is { } node ? AssignedWork.Read(node.Data.Span) : null;

    /// <summary>Writes an assignment without a version, as Hermes's leader does.</summary>
    public async Task AssignAsync(string consumer, params long[] subscriptions)
    {
        var data = AssignedWork.Write(subscriptions);
        if (await ZooKeeper.FindAsync(Paths.Assignment(consumer), Cancellation) is not null)
        {
            await ZooKeeper.SetAsync(Paths.Assignment(consumer), data, NodeVersion.Any, Cancellation);
            return;
        }
        await CreateParentsAsync(Paths.Assignment(consumer));
        await ZooKeeper.CreateAsync(Paths.Assignment(consumer), data, CreateMode.Persistent, Cancellation);
    }

    /// <summary>Registers a consumer that does nothing, on this site's own session.</summary>
    public async Task RegisterAsync(string consumer)
    {
        await CreateParentsAsync(Paths.Node(consumer));
        await ZooKeeper.CreateAsync(Paths.Node(consumer), "10.1.2.3"u8.ToArray(), CreateMode.Ephemeral, Cancellation);
    }

    /// <summary>Stands for leader as Curator does; the first who does so leads.</summary>
    public async Task<string> StandAsync(string consumer)
    {
        var name = $"{Paths.Leader}/_c_{Guid.NewGuid():d}-latch-";
        await CreateParentsAsync(name);
        return (await ZooKeeper.CreateAsync(name, System.Text.Encoding.UTF8.GetBytes(consumer), CreateMode.EphemeralSequential, Cancellation)).Path;
    }

    public async Task WriteAsync(string path, byte[] data)
    {
        await CreateParentsAsync(path);
        await ZooKeeper.CreateAsync(path, data, CreateMode.Persistent, Cancellation);
    }

    public RunningWorker Start(string consumer, params (string Name, string Value)[] settings) =>
        RunningWorker.Start(hermes, [("Consumer:NodeId", consumer), .. settings]);

    public static async Task WhenAllCameAsync(HttpEndpoint endpoint, IReadOnlyList<string> ids, RunningWorker worker)
    {
        var missing = ids.Count;
        try
        {
            await Until.TrueAsync(() => (missing = ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Count()) == 0, "every message was delivered", Minute);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} {missing} of {ids.Count} are missing. The worker said:\n{worker.Output}", e);
        }
    }

    public ValueTask DisposeAsync() => hermes.DisposeAsync();

    private async Task CreateParentsAsync(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (await ZooKeeper.FindAsync(path[..slash], Cancellation) is not null)
                continue;
            try
            {
                await ZooKeeper.CreateAsync(path[..slash], default, CreateMode.Persistent, Cancellation);
            }
            catch (ZooKeeperException e) when (e.Code is ErrorCode.NodeExists)
            {
                // A worker was first.
            }
        }
    }
}
