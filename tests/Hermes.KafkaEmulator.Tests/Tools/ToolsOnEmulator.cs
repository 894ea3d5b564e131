using Hermes.KafkaEmulator.Tests.Contract;

namespace Hermes.KafkaEmulator.Tests.Tools;

[Collection(OnEmulator.Name), Trait("Needs", "Kafka")]
public sealed class ToolsOnEmulator(EmulatorFixture emulator) : ToolsContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
