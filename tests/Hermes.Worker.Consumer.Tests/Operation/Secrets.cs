using System.Text;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Otlp;
using Hermes.Testing.Secrets;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Operation;

/// <summary>Secrets are nowhere in what a consumer tells: logs, errors, metrics, traces, status pages.</summary>
public sealed class Secrets(ZooKeeperFixture zooKeeper)
{
    private const string Worker = "Hermes.Worker.Consumer";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Are_in_nothing_that_it_tells_at_work_and_in_trouble()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        endpoint.Answer = r => r.Text.Contains("\"number\":1", StringComparison.Ordinal) ? 400 : 200;
        await hermes.SubscribeAsync("billing", $"http://{KnownSecrets.Credentials}@{endpoint.Authority}/", extensions: """{"signing":{"secrets":["known"]}}""");
        await hermes.SubscribeAsync("refused", $"http://{KnownSecrets.Credentials}@127.0.0.1:1/");
        // Not served: what is wrong with it is told without it.
        await hermes.SubscribeAsync("strange", $"gopher://{KnownSecrets.Credentials}@{endpoint.Authority}/");
        // Cut off in the midst: named, and not shown.
        await hermes.ZooKeeper.CreateAsync($"{hermes.Paths.Subscriptions(HermesInstallation.Topic)}/broken",
            Encoding.UTF8.GetBytes($$"""{"topicName":"shop.orders","name":"broken","endpoint":"http://{{KnownSecrets.Credentials}}@{{endpoint.Authority}}/","contact":nobody"""),
            CreateMode.Persistent, TestContext.Current.CancellationToken);
        await using var worker = KnownSecrets.Start(Worker, hermes, collector,
            ("Delivery:SigningSecrets:known", KnownSecrets.OfSigning), ("Schemas:User", "hermes"), ("Schemas:Password", KnownSecrets.OfSchemas));
        using var status = await worker.StatusAsync();
        await hermes.PublishAsync(3);
        await endpoint.WhenReceivedAsync(3, Minute);
        Assert.All(endpoint.Requests, r => Assert.Contains(KnownSecrets.BasicAuthentication, r.Header("Authorization"), StringComparison.Ordinal)); // they are in use
        Assert.All(endpoint.Requests, r => Assert.NotNull(r.Header("webhook-signature")));
        await worker.WhenSaidAsync("shop.orders$refused");
        await worker.WhenSaidAsync("shop.orders$strange");
        await worker.WhenSaidAsync("/subscriptions/broken");
        await KnownSecrets.WhenToldAsync(collector);
        var pages = await KnownSecrets.ReadPagesAsync(status);
        Assert.Equal(0, await worker.StopAsync());
        KnownSecrets.AreNotIn(worker.Output + pages, collector);
    }

    [Fact]
    public async Task Are_in_no_error_of_a_broker_that_refuses_them_or_of_settings_that_are_wrong()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers);
        await hermes.SubscribeAsync("billing", $"http://{KnownSecrets.Credentials}@127.0.0.1:1/");
        await using (var worker = KnownSecrets.Start(Worker, hermes, collector, KnownSecrets.WithKafkasPassword))
        {
            using var status = await worker.StatusAsync();
            await worker.WhenSaidAsync("Kafka cannot be reached");
            KnownSecrets.AreNotIn(worker.Output + await KnownSecrets.ReadPagesAsync(status), collector);
        }
        await using var broken = KnownSecrets.Start(Worker, hermes, collector,
            [.. KnownSecrets.WithKafkasPassword, ("ZooKeeper:SessionTimeout", "soon"), ("ZooKeeper:User", ""), ("Kafka:Client:sasl.mechanism", "NONE"), ("Delivery:SigningSecrets:short", KnownSecrets.OfSigning[..12])]);
        Assert.Equal(1, await broken.WhenExitedAsync());
        Assert.Contains("ZooKeeper:SessionTimeout", broken.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(KnownSecrets.OfSigning[..12], broken.Output, StringComparison.Ordinal);
        KnownSecrets.AreNotIn(broken.Output, collector);
    }
}
