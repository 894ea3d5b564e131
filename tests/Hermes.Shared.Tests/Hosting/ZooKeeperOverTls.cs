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

namespace Hermes.Shared.Tests.Hosting;

/// <summary>A real ZooKeeper that wants a certificate of its clients, reached by settings that name files.</summary>
public sealed class ZooKeeperOverTls : IDisposable
{
    private const string Password = "key-s3cret-51";
    private readonly TemporaryFolder _folder = new();
    private readonly ZooKeeperTls _tls = new(requireClientCertificate: true);

    public ZooKeeperOverTls()
    {
        File.WriteAllText(_folder.File("ca.pem"), _tls.Authorities[0].ExportCertificatePem());
        File.WriteAllText(_folder.File("client.pem"), _tls.ClientCertificate.ExportCertificatePem());
        using var key = _tls.ClientCertificate.GetRSAPrivateKey()!;
        File.WriteAllText(_folder.File("client.key"), key.ExportEncryptedPkcs8PrivateKeyPem(Password, new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
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
