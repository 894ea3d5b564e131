namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class FramesOnEmulator(EmulatorFixture emulator) : FramesContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
