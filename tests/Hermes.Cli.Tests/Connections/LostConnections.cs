using Hermes.Testing.ZooKeeper;

namespace Hermes.Cli.Tests.Connections;

/// <summary>A connection to ZooKeeper that breaks at the worst moment, through a proxy.</summary>
public sealed class LostConnections(ZooKeeperFixture zooKeeper, EmulatorFixture kafka)
{
    private const int Multi = 14;
    private const int GetChildren2 = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_creation_whose_answer_is_lost_is_made_sure_of(bool isCarriedOut)
    {
        await using var site = new Site(zooKeeper, kafka);
        await site.CreateTopicAsync();
        await using var proxy = FaultProxy.Start(zooKeeper.Server);
        var fault = proxy.Arm(isCarriedOut ? Fault.LoseReply(Multi) : Fault.LoseRequest(Multi));
        var run = await CommandRun.OfAsync("subscription", "create", "shop.orders", "billing", "--endpoint", "http://127.0.0.1:9/", "--zookeeper", proxy.ConnectionString,
            "--root", site.Root, "--bootstrap-servers", kafka.BootstrapServers, "--kafka-namespace", site.Namespace).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.StartsWith("Created subscription", run.Succeeded().Output, StringComparison.Ordinal);
        Assert.True(fault.Struck.IsCompletedSuccessfully);
        Assert.True(await site.ExistsAsync("/groups/shop/topics/orders/subscriptions/billing"));
    }

    [Fact]
    public async Task ZooKeeper_that_falls_silent_in_the_middle_ends_the_command()
    {
        await using var proxy = FaultProxy.Start(zooKeeper.Server);
        proxy.Observe = frame =>
        {
            if (!frame.FromServer && frame.Op == GetChildren2)
                proxy.Stall();
        };
        var run = await CommandRun.OfAsync("group", "list", "--zookeeper", proxy.ConnectionString, "--root", zooKeeper.FreshRoot(), "--setting", "ZooKeeper:SessionTimeout=00:00:02")
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        run.Failed(ExitCode.Failed, $"ZooKeeper at {proxy.ConnectionString} has been away for 10 s.");
    }
}
