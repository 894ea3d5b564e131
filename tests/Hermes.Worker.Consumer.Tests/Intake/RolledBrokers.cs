using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Kafka's own upkeep under load: two brokers are restarted one after the other, and leaders and the group's coordinator move.</summary>
public sealed class RolledBrokers(ZooKeeperFixture zooKeeper, RealKafkaPairFixture brokers) : IClassFixture<RealKafkaPairFixture>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Nothing_is_lost_and_nothing_repeated()
    {
        var pair = brokers.Pair;
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), pair.BootstrapServers, partitions: 6, replicas: 2);
        await hermes.SubscribeAsync("billing", endpoint.Address);
        // A member of the group whatever the fleet says: what is tried here is the group's. It may stay away for as long as a restart takes.
        await using var worker = RunningWorker.Start(hermes, ("Consumer:Workload", "All"), ("Consumer:GroupSessionTimeout", "00:00:45"));
        await worker.WhenSaidAsync("reads");
        using var load = new Load(hermes);
        await Deliveries.WhenMoreCameAsync(endpoint, 300, worker);
        await pair.MoveLeadersAsync(hermes.KafkaTopic);
        await pair.MoveLeadersAsync("__consumer_offsets");
        await Deliveries.WhenMoreCameAsync(endpoint, 300, worker);
        foreach (var broker in new[] { pair.Second, pair.First })
        {
            await broker.StopAsync();
            await broker.StartAsync();
            await Deliveries.WhenMoreCameAsync(endpoint, 500, worker);
        }
        var ids = await load.EndAsync();
        await Until.TrueAsync(() => !ids.Except(endpoint.Requests.Select(r => r.Id), StringComparer.Ordinal).Any(), $"all were delivered:\n{worker.Output}", Minute);
        Assert.Equal(0, await worker.StopAsync());
        Assert.DoesNotContain(endpoint.Requests.CountBy(r => r.Id), c => c.Value > 1);
    }
}
