using Hermes.Testing.ZooKeeper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.ZooKeeper.Tests.Sessions;

/// <summary>TLS with a real server that demands a certificate of its clients.</summary>
public sealed class Tls
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serves_a_session_with_certificates_on_both_sides()
    {
        ZooKeeperFixture.RequireInstallation();
        using var tls = new ZooKeeperTls(requireClientCertificate: true);
        await using var server = await ZooKeeperServer.LaunchAsync(tls.ServerOptions);
        await using var zk = ZooKeeperClient.Start(new()
        {
            ConnectionString = tls.ConnectionString,
            Tls = new() { TrustedAuthorities = tls.Authorities, ClientCertificate = tls.ClientCertificate, ServerName = "localhost" },
        });
        await zk.WhenConnectedAsync(Cancellation);
        await zk.CreateAsync("/big", new byte[500_000], CreateMode.Persistent, Cancellation);
        Assert.Equal(500_000, (await zk.GetAsync("/big", Cancellation)).Data.Length);
        var many = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => zk.FindAsync("/big", Cancellation).AsTask()));
        Assert.All(many, stat => Assert.Equal(500_000, stat?.DataLength));
    }

    [Fact]
    public async Task Names_a_server_that_cannot_be_trusted_and_goes_on_trying()
    {
        ZooKeeperFixture.RequireInstallation();
        using var tls = new ZooKeeperTls();
        await using var server = await ZooKeeperServer.LaunchAsync(tls.ServerOptions);
        var log = new FakeLogCollector();
        using var loggers = LoggerFactory.Create(b => b.AddProvider(new FakeLoggerProvider(log)));
        await using var zk = ZooKeeperClient.Start(new() { ConnectionString = tls.ConnectionString, Tls = new() }, loggers);
        await Hermes.Testing.Until.TrueAsync(() => log.GetSnapshot().Count(r => r.Id.Id == LogEvents.TlsFailed) >= 2, "the failure is named twice");
        Assert.Equal(SessionState.Connecting, zk.Session.State);
    }
}
