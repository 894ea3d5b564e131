using System.Globalization;
using Hermes.Testing;
using Hermes.Testing.ZooKeeper;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>What clients leave behind: nothing. Runs alone, since it counts the threads and timers of the process.</summary>
[Collection(nameof(Alone))]
public sealed class Leaks
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_that_lived_through_cuts_leave_no_socket_session_watch_thread_or_timer()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        await using var proxy = FaultProxy.Start(server);
        await Until.TrueAsync(() => Threads() == 0, "the threads of earlier tests' clients are gone");
        var timers = Timer.ActiveCount;
        for (var round = 0; round < 5; round++)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ClientWaits.ConnectAsync(proxy.ConnectionString)));
            await Task.WhenAll(clients.Select(UseAsync));
            proxy.Cut(reset: round % 2 == 0);
            await Task.WhenAll(clients.Select(UseAsync));
            Assert.Equal(10, await server.Words.ConnectionsAsync());
            await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
        }

        await Until.TrueAsync(async () => await server.Words.ConnectionsAsync() == 0, "the server holds no connection");
        Assert.Empty(await server.Words.LiveSessionsAsync());
        Assert.Equal(0, await server.Words.WatchesAsync());
        await Until.TrueAsync(() => Sockets(proxy.Port) == 0, "no socket of ours stands open");
        await Until.TrueAsync(() => Threads() == 0, "the clients' threads ended");
        await Until.TrueAsync(() => Timer.ActiveCount <= timers, "the clients' timers are gone");
    }

    [Fact]
    public async Task Servers_that_refuse_for_long_cost_no_sockets_and_hardly_any_work()
    {
        ZooKeeperFixture.RequireInstallation();
        var handshakes = 0;
        await using var server = ScriptedZooKeeper.Start(async connection =>
        {
            Interlocked.Increment(ref handshakes);
            await connection.HearAsync(); // and hangs up: what a server without a quorum does
        });
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        var work = Environment.CpuUsage.TotalTime;
        await Until.TrueAsync(() => Volatile.Read(ref handshakes) >= 12, "a dozen attempts");
        Assert.InRange(Sockets(int.Parse(server.ConnectionString.Split(':')[1], CultureInfo.InvariantCulture)), 0, 1);
        Assert.True(Environment.CpuUsage.TotalTime - work < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_that_grants_sessions_and_hangs_up_is_not_asked_in_a_tight_loop()
    {
        await using var server = ScriptedZooKeeper.Start(connection => connection.GrantAsync());
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = server.ConnectionString });
        var read = zk.GetAsync("/", Cancellation).AsTask();
        var start = TimeProvider.System.GetTimestamp();
        await Until.TrueAsync(() => server.Connections >= 8, "eight attempts");
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromMilliseconds(150), Until.Patience);
        Assert.False(read.IsCompleted);
        await zk.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
    }

    private static async Task UseAsync(ZooKeeperClient zk)
    {
        using var watch = (await zk.GetAndWatchAsync("/", Cancellation)).Watch;
        await using var persistent = await zk.WatchAsync("/zookeeper", WatchMode.Recursive, Cancellation);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(10), TimeProvider.System);
        await zk.FindAsync("/", patience.Token);
    }

    /// <summary>Connections to a port that are not closed on our side.</summary>
    private static int Sockets(int port)
    {
        const string timeWait = "06";
        var suffix = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        return File.ReadLines("/proc/self/net/tcp").Concat(File.ReadLines("/proc/self/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(fields => fields[2].EndsWith(suffix, StringComparison.Ordinal) && fields[3] != timeWait);
    }

    /// <summary>Threads of clients: the kernel keeps the first 15 characters of their names.</summary>
    private static int Threads() => Directory.EnumerateDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("ZooKeeper", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it ended meanwhile
        }
    });

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
