using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.CleanUp;

/// <summary>On the real broker that the tests share.</summary>
public sealed class RaceOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : RaceContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
