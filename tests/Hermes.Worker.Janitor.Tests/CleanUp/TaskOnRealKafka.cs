using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Janitor.Tests.CleanUp;

/// <summary>On the real broker that the tests share.</summary>
public sealed class TaskOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : TaskContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
