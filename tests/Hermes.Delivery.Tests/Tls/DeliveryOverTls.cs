using System.Security.Cryptography.X509Certificates;
using Hermes.Delivery.Sending;
using Hermes.Testing;
using Hermes.Testing.Certificates;
using Hermes.Testing.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hermes.Delivery.Tests.Tls;

/// <summary>HTTPS and HTTP/2 against a real server, with an authority of the tests' own.</summary>
public sealed class DeliveryOverTls : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task HTTP_2_is_spoken_where_TLS_agrees_on_it_and_at_once_when_it_is_switched_on()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1AndHttp2);
        await using var rig = await DeliveryRig.StartAsync(options: Trusting());
        var delivery = rig.Open(rig.Plan(address: endpoint.Address));
        delivery.TryAccept(DeliveryRig.Message(1));
        await rig.Settlements.WhenAsync(1);
        delivery.Update(rig.Plan(address: endpoint.Address, protocol: HttpProtocol.Http2));
        delivery.TryAccept(DeliveryRig.Message(2));
        await rig.Settlements.WhenAsync(2);
        delivery.Update(rig.Plan(address: endpoint.Address));
        delivery.TryAccept(DeliveryRig.Message(3));
        await rig.Settlements.WhenAsync(3);
        Assert.Equal(["HTTP/1.1", "HTTP/2", "HTTP/1.1"], endpoint.Requests.Select(request => request.Protocol));
        Assert.Equal(["true", null, "true"], endpoint.Requests.Select(request => request.Header("Keep-Alive")));
        Assert.Equal("id-2", endpoint.Requests[1].Id);
        Assert.All(rig.Settlements.All, end => Assert.Equal(SettlementKind.Delivered, end.Settlement.Kind));
    }

    [Fact]
    public async Task Many_messages_share_one_connection_of_HTTP_2()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1AndHttp2);
        await using var rig = await DeliveryRig.StartAsync(options: Trusting());
        var delivery = rig.Open(rig.Plan(address: endpoint.Address, protocol: HttpProtocol.Http2, window: 50));
        for (var i = 0; i < 300; i++)
        {
            await Until.TrueAsync(() => delivery.Unsettled < 50, "there is room");
            delivery.TryAccept(DeliveryRig.Message(i));
        }

        await rig.Settlements.WhenAsync(300);
        Assert.Equal(1, endpoint.Connections);
    }

    [Fact]
    public async Task An_endpoint_without_HTTP_2_gets_HTTP_1()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1);
        await using var rig = await DeliveryRig.StartAsync(options: Trusting());
        rig.Open(rig.Plan(address: endpoint.Address, protocol: HttpProtocol.Http2)).TryAccept(DeliveryRig.Message(1));
        Assert.Equal("HTTP/1.1", (await endpoint.WhenReceivedAsync(1))[0].Protocol);
    }

    [Fact]
    public async Task HTTP_2_without_TLS_is_spoken_by_prior_knowledge()
    {
        await using var endpoint = await HttpEndpoint.StartAsync(new() { Protocols = HttpProtocols.Http2 });
        await using var rig = await DeliveryRig.StartAsync();
        rig.Open(rig.Plan(address: endpoint.Address, protocol: HttpProtocol.Http2PriorKnowledge)).TryAccept(DeliveryRig.Message(1));
        Assert.Equal("HTTP/2", (await endpoint.WhenReceivedAsync(1))[0].Protocol);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named_with_the_reason()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1);
        await using var rig = await DeliveryRig.StartAsync(); // trusts the system's authorities alone
        var reason = await ReasonAsync(rig, endpoint.Address);
        Assert.Contains("certificate CN=endpoint, issued by CN=Hermes test authority", reason, StringComparison.Ordinal);
        Assert.Contains("is not trusted", reason, StringComparison.Ordinal);
        Assert.Empty(endpoint.Requests);
    }

    [Fact]
    public async Task A_certificate_for_another_host_is_named_with_the_reason()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1, names: "elsewhere.example");
        await using var rig = await DeliveryRig.StartAsync(options: Trusting());
        Assert.Contains("it is not for 127.0.0.1", await ReasonAsync(rig, endpoint.Address), StringComparison.Ordinal);
        Assert.Empty(endpoint.Requests);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pem with its key apart, encrypted")]
    [InlineData("pkcs12")]
    public async Task A_client_certificate_is_shown_to_an_endpoint_that_asks(string form)
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1, clients: ClientCertificateMode.RequireCertificate);
        await using var rig = await DeliveryRig.StartAsync(options: WithCertificate(form, "worker"));
        rig.Open(rig.Plan(address: endpoint.Address)).TryAccept(DeliveryRig.Message(1));
        Assert.Equal("CN=worker", (await endpoint.WhenReceivedAsync(1))[0].ClientCertificate);
    }

    [Fact]
    public async Task A_client_certificate_that_was_replaced_is_used_without_a_restart_and_a_broken_one_is_not()
    {
        await using var endpoint = await SecureAsync(HttpProtocols.Http1, clients: ClientCertificateMode.RequireCertificate);
        await using var rig = await DeliveryRig.StartAsync(options: WithCertificate("pem", "before") with { FileLookInterval = TimeSpan.FromMilliseconds(50) });
        var delivery = rig.Open(rig.Plan(address: endpoint.Address));
        delivery.TryAccept(DeliveryRig.Message(1));
        await rig.Settlements.WhenAsync(1);
        WithCertificate("pem", "after");
        await Until.TrueAsync(() => rig.Log.GetSnapshot().Any(line => line.Message.Contains("new connections use", StringComparison.Ordinal)), "the file is read again");
        delivery.TryAccept(DeliveryRig.Message(2));
        await rig.Settlements.WhenAsync(2);
        await File.WriteAllTextAsync(_authority.PathOf("own.pem"), "garbage", TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => rig.Log.GetSnapshot().Any(line => line.Message.Contains("stays in use", StringComparison.Ordinal)), "the broken file is named");
        delivery.TryAccept(DeliveryRig.Message(3));
        await rig.Settlements.WhenAsync(3);
        Assert.Equal(["CN=before", "CN=after", "CN=after"], endpoint.Requests.Select(request => request.ClientCertificate));
    }

    [Fact]
    public void Files_that_cannot_be_used_are_named_at_start_with_their_setting()
    {
        var missing = new DeliveryRules().Validate(null, new DeliveryOptions { TlsCaFiles = ["/nowhere/ca.pem"] });
        Assert.Contains("Delivery:TlsCaFiles: the file /nowhere/ca.pem", missing.FailureMessage, StringComparison.Ordinal);
        File.WriteAllText(_authority.PathOf("empty.pem"), "");
        var empty = new DeliveryRules().Validate(null, new DeliveryOptions { TlsClientCertificate = _authority.PathOf("empty.pem") });
        Assert.Contains("Delivery:TlsClientCertificate: the file", empty.FailureMessage, StringComparison.Ordinal);
        var lonely = new DeliveryRules().Validate(null, new DeliveryOptions { TlsClientPassword = "topsecret" });
        Assert.Contains("Delivery:TlsClientCertificate beside", lonely.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", lonely.FailureMessage, StringComparison.Ordinal);
        var secret = new DeliveryRules().Validate(null, new DeliveryOptions { SigningSecrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["shop"] = "topsecret" } });
        Assert.Contains("Delivery:SigningSecrets:shop: secret 1", secret.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", secret.FailureMessage, StringComparison.Ordinal);
        var network = new DeliveryRules().Validate(null, new DeliveryOptions { DeniedNetworks = ["10.0.0.0"] });
        Assert.Contains("Delivery:DeniedNetworks has '10.0.0.0'", network.FailureMessage, StringComparison.Ordinal);
    }

    private static async Task<string> ReasonAsync(DeliveryRig rig, string address)
    {
        rig.Open(rig.Plan(address: address, backoff: DeliveryRig.Backoff(1, ttlSeconds: 0))).TryAccept(DeliveryRig.Message(1));
        var (_, end) = (await rig.Settlements.WhenAsync(1))[0];
        Assert.Equal(SettlementKind.Discarded, end.Kind);
        return end.Reason!;
    }

    private DeliveryOptions Trusting() => new() { TlsCaFiles = [_authority.CaFile] };

    private DeliveryOptions WithCertificate(string form, string subject)
    {
        const string Password = "topsecret";
        using var certificate = _authority.Issue(subject);
        using var key = certificate.GetECDsaPrivateKey()!;
        switch (form)
        {
            case "pem":
                File.WriteAllText(_authority.PathOf("own.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
                return Trusting() with { TlsClientCertificate = _authority.PathOf("own.pem") };
            case "pkcs12":
                File.WriteAllBytes(_authority.PathOf("own.p12"), certificate.Export(X509ContentType.Pkcs12, Password));
                return Trusting() with { TlsClientCertificate = _authority.PathOf("own.p12"), TlsClientPassword = Password };
            default:
                File.WriteAllText(_authority.PathOf("own.pem"), certificate.ExportCertificatePem());
                File.WriteAllText(_authority.PathOf("own.key"), key.ExportEncryptedPkcs8PrivateKeyPem(
                    Password, new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
                File.WriteAllText(_authority.PathOf("own.password"), Password + "\n");
                return Trusting() with
                {
                    TlsClientCertificate = _authority.PathOf("own.pem"),
                    TlsClientKey = _authority.PathOf("own.key"),
                    TlsClientPasswordFile = _authority.PathOf("own.password"),
                };
        }
    }

    private Task<HttpEndpoint> SecureAsync(HttpProtocols protocols, string names = "127.0.0.1", ClientCertificateMode clients = ClientCertificateMode.NoCertificate) =>
        HttpEndpoint.StartAsync(new()
        {
            Protocols = protocols,
            Tls = new()
            {
                ServerCertificate = _authority.Issue("endpoint", names),
                ClientCertificateMode = clients,
                ClientCertificateValidation = static (_, _, _) => true,
            },
        });
}
