namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class OffsetsOnEmulator(EmulatorFixture emulator) : OffsetsContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
