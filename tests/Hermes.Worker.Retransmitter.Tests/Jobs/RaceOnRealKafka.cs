using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>On the real broker that the tests share.</summary>
public sealed class RaceOnRealKafka(ZooKeeperFixture zooKeeper, RealKafkaFixture kafka) : RaceContract(zooKeeper)
{
    protected override IKafkaBroker Broker => kafka.Broker;

    protected override async Task<IKafkaBroker> LaunchAsync()
    {
        _ = Broker; // skips where there is none
        return await RealKafka.LaunchAsync();
    }
}
