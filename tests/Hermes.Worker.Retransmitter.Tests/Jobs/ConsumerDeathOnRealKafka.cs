using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>On the real broker that the tests share.</summary>
public sealed class ConsumerDeathOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : ConsumerDeathContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
