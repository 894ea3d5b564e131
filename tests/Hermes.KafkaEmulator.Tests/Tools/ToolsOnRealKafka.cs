using Hermes.KafkaEmulator.Tests.Contract;
using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Tools;

[Collection(OnRealKafka.Name), Trait("Needs", "Kafka")]
public sealed class ToolsOnRealKafka(RealKafkaFixture kafka) : ToolsContract
{
    protected override string BootstrapServers => kafka.Broker.BootstrapServers;
}
