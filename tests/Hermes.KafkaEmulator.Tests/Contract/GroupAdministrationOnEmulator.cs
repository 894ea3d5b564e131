namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class GroupAdministrationOnEmulator(EmulatorFixture emulator) : GroupAdministrationContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
