using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>One emulator in this process, in memory, for the contract's cases.</summary>
public sealed class EmulatorFixture : IAsyncLifetime
{
    private KafkaEmulatorServer? _server;

    public string BootstrapServers => (_server ?? throw new InvalidOperationException("The emulator was not started.")).BootstrapServers;

    public ValueTask InitializeAsync()
    {
        var options = new KafkaEmulatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), AutoCreateTopics = false };
        _server = KafkaEmulatorServer.Start(options, NullLoggerFactory.Instance, TimeProvider.System);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
