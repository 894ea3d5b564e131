using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Assignments;

/// <summary>On the real broker that the tests share.</summary>
[Collection("Stops the real broker, or must not see it stopped")]
public sealed class DeliveryOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka, ITestOutputHelper output) : DeliveryContract(zooKeeper, output)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
