using Confluent.Kafka;
using Hermes.Intake.Native;
using Hermes.Intake.Offsets;
using Hermes.Shared.Kafka;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;
using Hermes.Worker.Janitor.KeepAlive;

namespace Hermes.Worker.Janitor.Tests.KeepAlive;

/// <summary>The offsets of a group at rest, committed again. The same on the emulator and on a real broker.</summary>
public abstract class KeepAliveContract(ZooKeeperFixture zooKeeper)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Offsets_are_committed_again_as_they_are_with_their_metadata_and_never_beside_a_member()
    {
        await using var hermes = await InstallAsync();
        var subscription = await hermes.SubscribeAsync("resting", "http://127.0.0.1:9/", withOffsets: false);
        var group = hermes.Names.ConsumerGroup(subscription);
        var clients = new KafkaClients(hermes.Kafka);
        var renewal = new OffsetRenewal(hermes.Administration, clients);
        Assert.False(await renewal.RenewAsync(group)); // there is nothing to keep
        var marks = new[] { new LedgerMark(3, "hw1:AQE"), new LedgerMark(7, "") };
        using (var consumer = new ConsumerBuilder<byte[], byte[]>(clients.Consumer(group)).Build())
        {
            using var list = new PartitionList(2);
            for (var i = 0; i < marks.Length; i++)
                list.Add(hermes.KafkaTopic, i, marks[i]);
            Assert.All(list.Commit(consumer), code => Assert.Equal(ErrorCode.NoError, code));
            Assert.True(await renewal.RenewAsync(group));
            using var again = new PartitionList(2);
            for (var i = 0; i < marks.Length; i++)
                again.Add(hermes.KafkaTopic, i);
            Assert.Equal(marks.Cast<LedgerMark?>(), again.Committed(consumer, Limit));
        }
        using var member = hermes.Join(subscription);
        await member.WhenAssignedAsync();
        Assert.False(await renewal.RenewAsync(group));
    }

    [Fact]
    public async Task The_retention_is_read_from_the_broker()
    {
        await using var hermes = await InstallAsync();
        Assert.True(double.Parse((await hermes.Administration.BrokerSettingAsync("offsets.retention.minutes"))!, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Null(await hermes.Administration.BrokerSettingAsync("no.such.setting"));
    }

    protected abstract IKafkaBroker Broker { get; }

    private Task<HermesInstallation> InstallAsync() => HermesInstallation.CreateAsync(zooKeeper.Require(), zooKeeper.FreshRoot(), Broker.BootstrapServers);
}
