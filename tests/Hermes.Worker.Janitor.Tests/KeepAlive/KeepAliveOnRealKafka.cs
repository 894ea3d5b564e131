using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.KeepAlive;

/// <summary>On the real broker that the tests share.</summary>
public sealed class KeepAliveOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : KeepAliveContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
