using Hermes.Testing.Processes;
using Hermes.Testing.Secrets;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Connections;

/// <summary>Secrets are nowhere in what the command says, unless it is asked for them.</summary>
public sealed class Secrets(ZooKeeperFixture zooKeeper, EmulatorFixture kafka) : IAsyncLifetime
{
    private const string Endpoint = $"http://{KnownSecrets.Credentials}@localhost:1/";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Site _site = new(zooKeeper, kafka);

    public async ValueTask InitializeAsync()
    {
        await _site.CreateTopicAsync();
        (await _site.RunAsync("subscription", "create", "shop.orders", "billing", "--endpoint", Endpoint)).Succeeded();
    }

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Theory]
    [InlineData("subscription", "list")]
    [InlineData("subscription", "list", "--json")]
    [InlineData("subscription", "show", "shop.orders", "billing", "--offsets")]
    [InlineData("subscription", "show", "shop.orders", "billing", "--json")]
    [InlineData("subscription", "update", "shop.orders", "billing", "--set", "subscriptionPolicy.rate=0")]
    [InlineData("subscription", "create", "shop.orders", "billing", "--endpoint", Endpoint)]
    [InlineData("subscription", "create", "shop.orders", "strange", "--endpoint", $"gopher://{KnownSecrets.Credentials}@localhost:1/")]
    [InlineData("subscription", "create", "shop.nothing", "billing", "--endpoint", Endpoint)]
    [InlineData("retransmit", "start", "shop.orders", "billing", "--back", "PT1H", "--dry-run")]
    [InlineData("dead-letters", "list")]
    [InlineData("consumers", "list", "--json")]
    [InlineData("groups", "list", "--json")]
    [InlineData("doctor")]
    [InlineData("doctor", "--json")]
    public async Task Are_in_nothing_that_it_says_of_a_subscription_with_credentials(params string[] arguments)
    {
        var run = await _site.RunAsync(arguments);
        Assert.NotEmpty(run.Output + run.Error);
        KnownSecrets.AreNotIn(run.Output + run.Error);
    }

    [Fact]
    public async Task Are_in_nothing_that_its_connections_say_where_they_are_refused()
    {
        string[] settings = [.. KnownSecrets.WithKafkasPassword.Select(s => $"{s.Name}={s.Value}"), "ZooKeeper:User=hermes", $"ZooKeeper:Password={KnownSecrets.OfZooKeeper}"];
        await using var doctor = ChildProcess.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Hermes.Cli.dll"), "doctor", "--verbose", "--zookeeper", zooKeeper.Require(), "--root", _site.Root,
            "--bootstrap-servers", kafka.BootstrapServers, .. settings.SelectMany(s => new[] { "--setting", s }),
        ]);
        Assert.Equal(ExitCode.Failed, await doctor.WhenExitedAsync(Minute));
        Assert.Contains("WRONG", doctor.Output, StringComparison.Ordinal); // the broker refused
        Assert.Contains("ZooKeeper session", doctor.Output, StringComparison.Ordinal); // and what the connections do was told
        KnownSecrets.AreNotIn(doctor.Output);
    }
}
