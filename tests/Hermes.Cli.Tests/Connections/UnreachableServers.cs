using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Connections;

/// <summary>Servers that do not answer end a command within a bounded time, with their address.</summary>
public sealed class UnreachableServers(ZooKeeperFixture zooKeeper, EmulatorFixture kafka)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task ZooKeeper_that_is_not_there_is_named()
    {
        var address = $"127.0.0.1:{FreePorts.Take(1)[0]}";
        var run = await CommandRun.OfAsync("group", "list", "--zookeeper", address).WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Failed(ExitCode.Failed, $"Cannot reach ZooKeeper at {address} within 10 s.");
    }

    [Fact]
    public async Task Kafka_that_is_not_there_is_named_and_nothing_is_created()
    {
        await using var site = new Site(zooKeeper, kafka);
        (await site.RunAsync("group", "create", "shop")).Succeeded();
        var address = $"127.0.0.1:{FreePorts.Take(1)[0]}";
        var run = await site.RunAsync("topic", "create", "shop.orders", "--setting", $"Kafka:BootstrapServers={address}").WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Succeeded(); // the named option goes over the general one
        run = await CommandRun.OfAsync("topic", "create", "shop.other", "--zookeeper", zooKeeper.Require(), "--root", site.Root, "--bootstrap-servers", address)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Failed(ExitCode.Failed, $"Cannot reach Kafka at {address} within 10 s.");
        Assert.False(await site.ExistsAsync("/groups/shop/topics/other"));
    }

    [Fact]
    public async Task An_interrupted_command_ends_with_1()
    {
        using var interruption = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var run = await CommandRun.WithInputAsync("", ["group", "list", "--zookeeper", $"127.0.0.1:{FreePorts.Take(1)[0]}"], cancellationToken: interruption.Token)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Failed(ExitCode.Failed, "Interrupted.");
    }

    [Fact]
    public async Task ZooKeeper_that_accepts_and_never_answers_is_named()
    {
        ZooKeeperFixture.RequireInstallation();
        await using var server = await ZooKeeperServer.LaunchAsync();
        string[] connection = ["--zookeeper", server.ConnectionString];
        (await CommandRun.OfAsync(["group", "create", "shop", .. connection])).Succeeded();
        server.Freeze();
        try
        {
            // The frozen server's socket accepts; nothing ever answers.
            var run = await CommandRun.OfAsync(["group", "list", .. connection]).WaitAsync(Patience, TestContext.Current.CancellationToken);
            run.Failed(ExitCode.Failed, $"Cannot reach ZooKeeper at {server.ConnectionString} within 10 s.");
        }
        finally
        {
            server.Thaw();
        }
    }
}
