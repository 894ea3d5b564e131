using Hermes.Testing;
using Hermes.Testing.ZooKeeper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.ZooKeeper.Tests.Faults;

/// <summary>TLS on a real server: what connects, and what must not.</summary>
public sealed class Tls
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, InlineData(false), InlineData(true)]
    public async Task Works_and_survives_a_restart_of_the_server(bool mutual)
    {
        ZooKeeperFixture.RequireInstallation();
        using var tls = new ZooKeeperTls(requireClientCertificate: mutual);
        await using var server = await ZooKeeperServer.LaunchAsync(tls.ServerOptions);
        await using var zk = ZooKeeperClient.Start(new()
        {
            ConnectionString = tls.ConnectionString,
            SessionTimeout = ClientWaits.LongSession,
            Tls = () => new() { TrustedAuthorities = tls.Authorities, ClientCertificate = mutual ? tls.ClientCertificate : null },
        });
        var before = await zk.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System);
        var root = await zk.CreateRootAsync();
        var large = new byte[200_000]; // many TLS records
        new Random(7).NextBytes(large);
        await zk.SetAsync(root, large, 0, Cancellation);
        Assert.Equal(large, (await zk.GetAsync(root, Cancellation)).Data.ToArray());
        await server.KillAsync();
        await server.StartAsync();
        var after = await zk.WhenConnectedAfterAsync(before);
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(large.Length, (await zk.GetAsync(root, Cancellation)).Data.Length);
    }

    [Fact]
    public async Task A_server_whose_certificate_cannot_be_trusted_gets_to_hear_nothing()
    {
        ZooKeeperFixture.RequireInstallation();
        using var tls = new ZooKeeperTls();
        using var strangers = new ZooKeeperTls();
        using var elsewhere = new ZooKeeperTls(serverName: "zookeeper.example");
        await using var server = await ZooKeeperServer.LaunchAsync(tls.ServerOptions);
        await using var misnamed = await ZooKeeperServer.LaunchAsync(elsewhere.ServerOptions);
        await RefusedAsync(new() { ConnectionString = tls.ConnectionString, Tls = () => new() { TrustedAuthorities = strangers.Authorities } });
        await RefusedAsync(new() { ConnectionString = elsewhere.ConnectionString, Tls = () => new() { TrustedAuthorities = elsewhere.Authorities } });
        await using var renamed = ZooKeeperClient.Start(new()
        {
            ConnectionString = elsewhere.ConnectionString,
            Tls = () => new() { TrustedAuthorities = elsewhere.Authorities, ServerName = "zookeeper.example" },
        });
        await renamed.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System);
    }

    [Fact]
    public async Task Neither_side_takes_the_other_where_only_one_talks_tls_or_shows_who_it_is()
    {
        ZooKeeperFixture.RequireInstallation();
        using var tls = new ZooKeeperTls(requireClientCertificate: true);
        await using var server = await ZooKeeperServer.LaunchAsync(tls.ServerOptions);
        await RefusedAsync(new() { ConnectionString = tls.ConnectionString });
        await RefusedAsync(new() { ConnectionString = server.ConnectionString, Tls = () => new() { TrustedAuthorities = tls.Authorities } });
        await RefusedAsync(new() { ConnectionString = tls.ConnectionString, Tls = () => new() { TrustedAuthorities = tls.Authorities } });
    }

    /// <summary>Attempts fail, which is said, and none leads to a session.</summary>
    private static async Task RefusedAsync(ZooKeeperOptions options)
    {
        using var logs = new FakeLoggerProvider();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(logs));
        await using var zk = ZooKeeperClient.Start(options with { ConnectTimeout = TimeSpan.FromSeconds(2) }, loggers);
        await Until.TrueAsync(() => logs.Collector.Count >= 1, "an attempt failed and that was logged");
        Assert.All(logs.Collector.GetSnapshot(), record => Assert.InRange(record.Level, LogLevel.Warning, LogLevel.Error));
        Assert.Equal(SessionState.Connecting, zk.Session.State);
        Assert.Equal(0, zk.Session.Connection);
    }
}
