using Hermes.Testing.Kafka;

namespace Hermes.Shared.Tests.Kafka;

/// <summary>On an emulator of its own for each test.</summary>
public sealed class AdministrationOnEmulator : AdministrationContract
{
    protected override async Task<IKafkaBroker> LaunchAsync(RequestCounter? counter = null) =>
        await EmulatorProcess.LaunchAsync(counter is null ? [] : ["--advertise", counter.Address]);
}
