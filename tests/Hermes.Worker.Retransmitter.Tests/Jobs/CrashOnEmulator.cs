using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Worker.Retransmitter.Tests.Jobs;

/// <summary>On an emulator of its own for each test.</summary>
public sealed class CrashOnEmulator(ZooKeeperFixture zooKeeper, ITestOutputHelper output) : CrashContract(zooKeeper, output), IAsyncLifetime
{
    private EmulatorProcess? _broker;

    // The other shapes differ in delivery alone, not in what they ask of a broker.
    [Theory]
    [InlineData(Shape.OrderedByKey)]
    [InlineData(Shape.Broadcast)]
    public Task Other_shapes_are_rewound_with_a_death_at_any_write(Shape shape) => RewindLiveAsync(shape);

    [Theory]
    [InlineData(Shape.OrderedByKey)]
    [InlineData(Shape.Broadcast)]
    public Task Other_shapes_are_replayed_with_a_death_at_any_write(Shape shape) => ReplayAsync(shape);

    protected override IKafkaBroker Broker => _broker!;

    public async ValueTask InitializeAsync() => _broker = await EmulatorProcess.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }
}
