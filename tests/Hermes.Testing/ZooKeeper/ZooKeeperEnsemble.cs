using Hermes.Testing.Processes;

namespace Hermes.Testing.ZooKeeper;

/// <summary>Three real servers on loopback that elect a leader among themselves.</summary>
/// <remarks>Tick 500 ms; a follower that hears nothing from its leader for 4 ticks gives it up.</remarks>
public sealed class ZooKeeperEnsemble : IAsyncDisposable
{
    private const int Size = 3;
    private static readonly TimeSpan Election = TimeSpan.FromSeconds(30);

    private ZooKeeperEnsemble(IReadOnlyList<ZooKeeperServer> servers) => Servers = servers;

    /// <summary>The servers, number 1 first.</summary>
    public IReadOnlyList<ZooKeeperServer> Servers { get; }

    /// <summary>Where clients connect: all of them.</summary>
    public string ConnectionString => string.Join(',', Servers.Select(server => server.ConnectionString));

    /// <summary>Starts three servers and waits until each serves.</summary>
    public static Task<ZooKeeperEnsemble> LaunchAsync(ZooKeeperServerOptions? options = null) => LaunchAsync(_ => options ?? new());

    /// <summary>Starts three servers, each with options of its own, and waits until each serves.</summary>
    /// <param name="optionsOf">The options by the server's number, from 1 on.</param>
    public static async Task<ZooKeeperEnsemble> LaunchAsync(Func<int, ZooKeeperServerOptions> optionsOf)
    {
        var ports = FreePorts.Take(3 * Size);
        var quorum = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["initLimit"] = "10",
            ["syncLimit"] = "4",
            ["quorumListenOnAllIPs"] = "false",
        };
        for (var i = 0; i < Size; i++)
            quorum[$"server.{i + 1}"] = $"127.0.0.1:{ports[Size + i]}:{ports[(2 * Size) + i]}";
        var ensemble = new ZooKeeperEnsemble([.. ports[..Size].Select((port, i) => new ZooKeeperServer(port, WithQuorum(optionsOf(i + 1))))]);
        try
        {
            for (var i = 0; i < Size; i++)
                await ensemble.Servers[i].NumberAsync(i + 1);
            await ensemble.StartAsync();
            return ensemble;
        }
        catch
        {
            await ensemble.DisposeAsync();
            throw;
        }

        ZooKeeperServerOptions WithQuorum(ZooKeeperServerOptions options) =>
            options with { Settings = new Dictionary<string, string>([.. options.Settings, .. quorum], StringComparer.Ordinal) };
    }

    /// <summary>Starts all three (again) and waits until each serves.</summary>
    public async Task StartAsync()
    {
        await Task.WhenAll(Servers.Select(server => server.BeginAsync()));
        await Task.WhenAll(Servers.Select(server => server.WhenServingAsync()));
    }

    /// <summary>SIGKILL to all three; their data stays.</summary>
    public Task KillAllAsync() => Task.WhenAll(Servers.Select(server => server.KillAsync()));

    /// <summary>SIGSTOP to all three.</summary>
    public void Freeze()
    {
        foreach (var server in Servers)
            server.Freeze();
    }

    /// <summary>SIGCONT to all three.</summary>
    public void Thaw()
    {
        foreach (var server in Servers)
            server.Thaw();
    }

    /// <summary>The server that leads, as soon as one does.</summary>
    public Task<ZooKeeperServer> LeaderAsync() => WhoAsync("leader");

    /// <summary>A server that follows, as soon as one does.</summary>
    public Task<ZooKeeperServer> FollowerAsync() => WhoAsync("follower");

    /// <summary>SIGKILL to the leader.</summary>
    /// <returns>The one killed, for starting it again.</returns>
    public async Task<ZooKeeperServer> KillLeaderAsync()
    {
        var leader = await LeaderAsync();
        await leader.KillAsync();
        return leader;
    }

    /// <summary>The server that holds the connection of a session, as soon as one does.</summary>
    public async Task<ZooKeeperServer> ServerOfAsync(long session)
    {
        ZooKeeperServer? found = null;
        await Until.TrueAsync(async () => (found = await FindAsync()) is not null, $"a server holds a connection of session 0x{session:x}");
        return found!;

        async Task<ZooKeeperServer?> FindAsync()
        {
            foreach (var server in Servers)
            {
                if (await server.Words.ModeAsync() is not null && (await server.Words.ConnectedSessionsAsync()).Contains(session))
                    return server;
            }

            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
            await server.DisposeAsync();
    }

    private async Task<ZooKeeperServer> WhoAsync(string mode)
    {
        ZooKeeperServer? found = null;
        await Until.TrueAsync(async () =>
        {
            foreach (var server in Servers)
            {
                if (await server.Words.ModeAsync() == mode)
                    found = server;
            }

            return found is not null;
        }, $"a {mode} serves", Election);
        return found!;
    }
}
