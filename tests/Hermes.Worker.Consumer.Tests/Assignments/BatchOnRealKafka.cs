using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>On the real broker that the tests share.</summary>
public sealed class BatchOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : BatchContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
