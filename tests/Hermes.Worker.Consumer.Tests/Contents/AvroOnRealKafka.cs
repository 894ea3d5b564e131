using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Consumer.Tests.Contents;

/// <summary>On the real broker that the tests share.</summary>
public sealed class AvroOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : AvroContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;
}
