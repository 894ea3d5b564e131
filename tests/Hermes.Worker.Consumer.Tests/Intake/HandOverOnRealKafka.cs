using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Intake;

/// <summary>On the real broker that the tests share.</summary>
[Collection("Stops the real broker, or must not see it stopped")]
public sealed class HandOverOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : HandOverContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
