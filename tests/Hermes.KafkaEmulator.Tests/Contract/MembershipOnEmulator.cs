namespace Hermes.KafkaEmulator.Tests.Contract;

[Collection(OnEmulator.Name)]
public sealed class MembershipOnEmulator(EmulatorFixture emulator) : MembershipContract
{
    protected override string BootstrapServers => emulator.BootstrapServers;
}
