using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>On the real broker that the tests share.</summary>
public sealed class ReplayOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka, ITestOutputHelper output) : ReplayContract(zooKeeper, output)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
