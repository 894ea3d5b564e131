using System.Globalization;
using System.Text;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>Retransmissions as Hermes's management asks for them: the nodes that a recorded one wrote, in its order.</summary>
public abstract class ManagementContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Offset_nodes_are_obeyed_at_the_command_and_deleted_and_those_without_a_command_are_left_alone()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 2);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes);
        var ids = await hermes.PublishAsync(100);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 100, $"the first delivery:\n{worker.Output}", Minute);

        // A request that died before its command.
        await OrderAsync(hermes, subscription, "0", "0");
        await CommandAsync(hermes, new(HermesInstallation.Topic, "other"));
        var another = await hermes.PublishAsync(10);
        await Until.TrueAsync(() => !another.Except(endpoint.Requests.Select(r => r.Id)).Any(), $"the delivery of more:\n{worker.Output}", Minute);
        Assert.Equal(110, endpoint.Requests.Count);
        Assert.NotNull(await hermes.ZooKeeper.FindAsync(NodeOf(hermes, subscription, "0"), Cancellation));

        // A whole one, with a node among them that is none.
        await OrderAsync(hermes, subscription, "1", "0");
        await OrderAsync(hermes, subscription, "7", "seven");
        await CommandAsync(hermes, subscription);
        foreach (var partition in new[] { "0", "1" })
        {
            await Until.TrueAsync(async () => await hermes.ZooKeeper.FindAsync(NodeOf(hermes, subscription, partition), Cancellation) is null,
                $"the end of the node of partition {partition}:\n{worker.Output}", Minute);
        }
        await Until.TrueAsync(() => endpoint.Requests.Count >= 220, $"the second delivery:\n{worker.Output}", Minute);
        Assert.Equal(ids.Concat(another).Order(StringComparer.Ordinal), endpoint.Requests.Skip(110).Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.NotNull(await hermes.ZooKeeper.FindAsync(NodeOf(hermes, subscription, "7"), Cancellation));
        Assert.Equal(0, await worker.StopAsync());
    }

    [Fact]
    public async Task Offset_nodes_for_a_cluster_of_another_name_are_named_in_the_log()
    {
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 1);
        var subscription = await hermes.SubscribeAsync("billing", "http://127.0.0.1:9/");
        await using var worker = RunningWorker.Start(hermes, ("Kafka:ClusterName", "elsewhere"));
        await worker.WhenSaidAsync($"{subscription} reads ");
        await OrderAsync(hermes, subscription, "0", "0");
        await CommandAsync(hermes, subscription);
        await worker.WhenSaidAsync($"for clusters {hermes.Kafka.ClusterName}, while this worker's is named elsewhere");
        Assert.NotNull(await hermes.ZooKeeper.FindAsync(NodeOf(hermes, subscription, "0"), Cancellation));
    }

    // A retransmitter knows by the commits alone that a node was obeyed, and looks a few times a second.
    [Fact]
    public async Task A_move_stands_among_the_commits_for_the_time_between_two_of_them_however_soon_all_is_delivered_again()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 1);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await using var worker = RunningWorker.Start(hermes, ("Consumer:CommitInterval", "00:00:03"));
        await hermes.PublishAsync(100);
        await CommittedAsync(100);
        for (var i = 0; i < 2; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Cancellation); // the next of all commits is due soon
            await OrderAsync(hermes, subscription, "0", "90");
            await CommandAsync(hermes, subscription);
            await CommittedAsync(90);
            var seen = TimeProvider.System.GetTimestamp();
            await CommittedAsync(100);
            Assert.InRange(TimeProvider.System.GetElapsedTime(seen).TotalSeconds, 2, 60);
        }
        Assert.Equal(0, await worker.StopAsync());

        Task CommittedAsync(long offset) => Until.TrueAsync(async () => (await hermes.CommittedAsync(subscription)).Single().Offset.Value == offset, $"the commit of {offset}:\n{worker.Output}", Minute);
    }

    [Fact]
    public async Task A_worker_that_starts_after_the_command_obeys_it()
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers, partitions: 1);
        await hermes.PublishAsync(50);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address); // its offsets are at the end
        await OrderAsync(hermes, subscription, "0", "20");
        await CommandAsync(hermes, subscription);
        await using var worker = RunningWorker.Start(hermes);
        await Until.TrueAsync(() => endpoint.Requests.Count >= 30, $"the delivery:\n{worker.Output}", Minute);
        await Until.TrueAsync(async () => await hermes.ZooKeeper.FindAsync(NodeOf(hermes, subscription, "0"), Cancellation) is null, "the end of the node", Minute);
        Assert.Equal(0, await worker.StopAsync());
        Assert.Equal(30, endpoint.Requests.Count);
        Assert.Equal(50, (await hermes.CommittedAsync(subscription)).Single().Offset.Value);
    }

    protected abstract IKafkaBroker Broker { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string NodeOf(HermesInstallation hermes, SubscriptionName subscription, string partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{hermes.Paths.OrderedOffsets(subscription)}/{hermes.KafkaTopic}/offset/{hermes.Kafka.ClusterName}/{partition}");

    private static async Task OrderAsync(HermesInstallation hermes, SubscriptionName subscription, string partition, string offset)
    {
        var node = NodeOf(hermes, subscription, partition);
        var start = hermes.Paths.OrderedOffsets(subscription);
        for (var slash = start.Length; slash > 0; slash = node.IndexOf('/', slash + 1))
        {
            if (await hermes.ZooKeeper.FindAsync(node[..slash], Cancellation) is null)
                await hermes.ZooKeeper.CreateAsync(node[..slash], default, CreateMode.Persistent, Cancellation);
        }
        await hermes.ZooKeeper.CreateAsync(node, Encoding.UTF8.GetBytes(offset), CreateMode.Persistent, Cancellation);
    }

    private static async Task CommandAsync(HermesInstallation hermes, SubscriptionName subscription)
    {
        if (await hermes.ZooKeeper.FindAsync(hermes.Paths.Commands, Cancellation) is null)
            await hermes.ZooKeeper.CreateAsync(hermes.Paths.Commands, default, CreateMode.Container, Cancellation);
        var data = $$$"""{"name":"{{{subscription.Name}}}","topicName":{"groupName":"{{{subscription.Topic.Group}}}","name":"{{{subscription.Topic.Name}}}"}}""";
        await hermes.ZooKeeper.CreateAsync($"{hermes.Paths.Commands}/RETRANSMIT", Encoding.UTF8.GetBytes(data), CreateMode.EphemeralSequential, Cancellation);
    }
}
