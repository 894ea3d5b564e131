using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>On an emulator of its own for each test.</summary>
public sealed class ConsumerDeathOnEmulator(ZooKeeperFixture zooKeeper) : ConsumerDeathContract(zooKeeper), IAsyncLifetime
{
    private EmulatorProcess? _broker;

    protected override IKafkaBroker Broker => _broker!;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
