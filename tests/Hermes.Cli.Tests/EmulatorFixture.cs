using Hermes.Testing.Kafka;

namespace Hermes.Cli.Tests;

/// <summary>One Kafka emulator, a process of its own, for all tests of the assembly; names are fresh by namespace.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    private EmulatorProcess? _emulator;

    public string BootstrapServers => (_emulator ?? throw new InvalidOperationException("The emulator was not started.")).BootstrapServers;

    public async ValueTask InitializeAsync() => _emulator = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_emulator is not null)
            await _emulator.DisposeAsync();
    }
}
