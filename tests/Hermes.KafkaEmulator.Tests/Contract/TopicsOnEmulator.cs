namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class TopicsOnEmulator(EmulatorFixture emulator) : TopicsContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
