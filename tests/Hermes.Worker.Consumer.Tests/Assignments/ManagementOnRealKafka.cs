using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>On the real broker that the tests share.</summary>
public sealed class ManagementOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : ManagementContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
