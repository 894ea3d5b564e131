namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>The cases that run on the emulator share one.</summary>
[CollectionDefinition(Name)]
public sealed class OnEmulator : ICollectionFixture<EmulatorFixture>
{
    public const string Name = "Contract on the emulator";
}
