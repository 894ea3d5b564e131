using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Testing;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>Broadcasts of which one target is down, while workers come and go: the others get each message once.</summary>
public sealed class BroadcastOverRestarts(ZooKeeperFixture zooKeeper)
{
    // A member of the group whatever the fleet says: what is tried here is the group's.
    private static readonly (string, string) Alone = ("Consumer:Workload", "All");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_some_have_taken_they_do_not_get_again(bool isKilled)
    {
        await using var broker = await EmulatorProcess.LaunchAsync();
        await using var well = await HttpEndpoint.StartAsync();
        await using var ill = await HttpEndpoint.StartAsync();
        ill.Answer = _ => 503;
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), broker.BootstrapServers, partitions: 2);
        var subscription = await hermes.SubscribeAsync(
            "all", well.Address, new() { Rate = 100_000, MessageBackoff = 50 }, extensions: $$"""{"endpoints":["{{well.Address}}","{{ill.Address}}"]}""");
        await hermes.Registry.UpdateSubscriptionAsync(subscription, s => s with { Mode = "BROADCAST" }, TestContext.Current.CancellationToken);
        var ids = await hermes.PublishAsync(60);
        for (var i = 0; i < 2; i++)
        {
            await using var worker = RunningWorker.Start(hermes, Alone, ("Consumer:InstanceId", "worker-1"));
            var seen = ill.Requests.Count;
            await Until.TrueAsync(() => well.Requests.Count >= ids.Count && ill.Requests.Count > seen + (2 * ids.Count), $"all are tried:\n{worker.Output}", Minute);
            if (!isKilled)
            {
                Assert.Equal(0, await worker.StopAsync());
                continue;
            }
            // What a kill forgets is what came after the last commit: there is nothing new by then.
            await Until.TrueAsync(() => WrittenDown(hermes, subscription) == ids.Count, $"all of it is written down:\n{worker.Output}", Minute);
            await worker.KillAsync();
        }
        Assert.Equal(ids.Order(StringComparer.Ordinal), well.Requests.Select(r => r.Id).Order(StringComparer.Ordinal));
        ill.Answer = _ => 200;
        await using var last = RunningWorker.Start(hermes, Alone, ("Consumer:InstanceId", "worker-1"));
        await Until.TrueAsync(async () => (await hermes.CommittedAsync(subscription)).Sum(o => o.Offset.Value) == ids.Count, $"all is settled:\n{last.Output}", Minute);
        Assert.Equal(ids.Order(StringComparer.Ordinal), well.Requests.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(0, await last.StopAsync());
    }

    /// <summary>Of how many messages the group's commits tell a target that took it.</summary>
    private static int WrittenDown(HermesInstallation hermes, SubscriptionName subscription)
    {
        using var reader = new ConsumerBuilder<byte[], byte[]>(new KafkaClients(hermes.Kafka).Consumer(hermes.Names.ConsumerGroup(subscription))).Build();
        using var partitions = new PartitionList(2);
        partitions.Add(hermes.KafkaTopic, 0);
        partitions.Add(hermes.KafkaTopic, 1);
        return partitions.Committed(reader, Minute).OfType<LedgerMark>()
            .Sum(m => Enumerable.Range((int)m.Offset, 100).Count(o => SettledRuns.Parse(m.Offset, m.Metadata).ReachedOf(o).Count == 1));
    }
}
