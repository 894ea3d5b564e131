using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnRealKafka.Name), Trait("Needs", "Kafka")]
public sealed class RecordsOnRealKafka(RealKafkaFixture kafka) : RecordsContract
{
    protected override string BootstrapServers => kafka.Broker.BootstrapServers;
}
