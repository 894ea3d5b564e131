using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hermes.Shared.Hosting;
using Hermes.Testing;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Hermes.Shared.Tests.Hosting;

/// <summary>A real ZooKeeper that wants a certificate of its clients, reached by settings that name files.</summary>
public sealed class ZooKeeperOverTls : IDisposable
{
    private const string Password = "key-s3cret-51";
    private readonly TemporaryFolder _folder = new();
    private readonly ZooKeeperTls _tls = new(requireClientCertificate: true);

    public ZooKeeperOverTls()
    {
        WriteFiles(_tls);
        File.WriteAllText(_folder.File("password"), $"{Password}\n");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _tls.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_session_is_opened_with_the_authority_and_the_certificate_that_the_settings_name()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync(_tls.ServerOptions);
        var builder = Builder(new()
        {
            ["ZooKeeper:ConnectionString"] = _tls.ConnectionString,
            ["ZooKeeper:Tls"] = "true",
            ["ZooKeeper:TlsCaFiles:0"] = _folder.File("ca.pem"),
            ["ZooKeeper:TlsClientCertificate"] = _folder.File("client.pem"),
            ["ZooKeeper:TlsClientKey"] = _folder.File("client.key"),
            ["ZooKeeper:TlsClientPasswordFile"] = _folder.File("password"),
        });
        Assert.Empty(SettingsFaults.Find(builder.Services));
        await using var provider = builder.Services.BuildServiceProvider();
        var session = provider.GetRequiredService<IZooKeeper>();
        await session.WhenConnectedAsync(Cancellation).WaitAsync(Until.Patience, TimeProvider.System, Cancellation);
        Assert.NotNull(await session.FindAsync("/", Cancellation));
    }

    [Fact]
    public async Task Each_connection_uses_what_the_files_hold_by_then_and_while_they_are_broken_what_they_held_before()
    {
        ZooKeeperFixture.RequireInstallation();
        using var next = new ZooKeeperTls(requireClientCertificate: true);
        await using var first = await ZooKeeperServer.LaunchAsync(_tls.ServerOptions);
        var log = new FakeLogCollector();
        var builder = Builder(new()
        {
            ["ZooKeeper:ConnectionString"] = $"{_tls.ConnectionString},{next.ConnectionString}",
            ["ZooKeeper:Tls"] = "true",
            ["ZooKeeper:TlsCaFiles:0"] = _folder.File("ca.pem"),
            ["ZooKeeper:TlsClientCertificate"] = _folder.File("client.pem"),
            ["ZooKeeper:TlsClientKey"] = _folder.File("client.key"),
            ["ZooKeeper:TlsClientPassword"] = Password,
        });
        builder.Logging.AddProvider(new FakeLoggerProvider(log));
        await using var provider = builder.Services.BuildServiceProvider();
        var session = provider.GetRequiredService<IZooKeeper>();
        var connections = (await ConnectedAsync(session, connections: 1)).Connection;

        File.WriteAllText(_folder.File("client.pem"), "-----BEGIN CERTIFICATE-----\nhalf of it");
        await first.KillAsync();
        await first.StartAsync();
        connections = (await ConnectedAsync(session, connections + 1)).Connection;
        Assert.Contains(log.GetSnapshot(), r => r.Level is LogLevel.Warning && r.Message.Contains($"ZooKeeper:TlsClientCertificate: the file {_folder.File("client.pem")} cannot be used: ", StringComparison.Ordinal));

        // This one knows neither the former authority nor the former certificate.
        await first.KillAsync();
        WriteFiles(next);
        await using var second = await ZooKeeperServer.LaunchAsync(next.ServerOptions);
        await ConnectedAsync(session, connections + 1);
        Assert.NotNull(await session.FindAsync("/", Cancellation));
        Assert.Contains(log.GetSnapshot(), r => r.Message.StartsWith("The client certificate for ZooKeeper is another one now: CN=client", StringComparison.Ordinal));
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named_with_their_setting_and_without_the_password()
    {
        var faults = SettingsFaults.Find(Builder(new()
        {
            ["ZooKeeper:Tls"] = "true",
            ["ZooKeeper:TlsClientCertificate"] = _folder.File("client.pem"),
            ["ZooKeeper:TlsClientKey"] = _folder.File("client.key"),
            ["ZooKeeper:TlsClientPassword"] = "wrong-s3cret-52",
        }).Services);
        var fault = Assert.Single(faults);
        Assert.StartsWith($"ZooKeeper:TlsClientCertificate: the file {_folder.File("client.pem")} cannot be used: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault, StringComparison.Ordinal);
        Assert.StartsWith($"ZooKeeper:TlsCaFiles: the file {_folder.File("none.pem")} cannot be used: ",
            Assert.Single(SettingsFaults.Find(Builder(new() { ["ZooKeeper:Tls"] = "true", ["ZooKeeper:TlsCaFiles:0"] = _folder.File("none.pem") }).Services)), StringComparison.Ordinal);
        Assert.Contains("need ZooKeeper:Tls=true", Assert.Single(SettingsFaults.Find(Builder(new() { ["ZooKeeper:TlsCaFiles:0"] = _folder.File("ca.pem") }).Services)), StringComparison.Ordinal);
    }

    private void WriteFiles(ZooKeeperTls tls)
    {
        File.WriteAllText(_folder.File("ca.pem"), tls.Authorities[0].ExportCertificatePem());
        using var key = tls.ClientCertificate.GetRSAPrivateKey()!;
        File.WriteAllText(_folder.File("client.key"), key.ExportEncryptedPkcs8PrivateKeyPem(Password, new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        File.WriteAllText(_folder.File("client.pem"), tls.ClientCertificate.ExportCertificatePem());
    }

    /// <summary>Waits for so many connections, the last of which stands.</summary>
    private static async Task<SessionStatus> ConnectedAsync(IZooKeeper session, int connections)
    {
        await Until.TrueAsync(() => session.Session is { State: SessionState.Connected, Connection: var made } && made >= connections, $"connection {connections} stands");
        return session.Session;
    }

    private static HostApplicationBuilder Builder(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddMetrics();
        builder.Services.AddLogging();
        builder.AddHermesFoundation();
        return builder;
    }
}
