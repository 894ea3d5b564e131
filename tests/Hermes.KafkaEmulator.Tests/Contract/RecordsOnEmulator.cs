namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class RecordsOnEmulator(EmulatorFixture emulator) : RecordsContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
