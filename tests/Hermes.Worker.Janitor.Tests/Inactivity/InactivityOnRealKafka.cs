using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.Inactivity;

/// <summary>On the real broker that the tests share.</summary>
public sealed class InactivityOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : InactivityContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
