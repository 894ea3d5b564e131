using Xunit;

namespace Hermes.Testing.Kafka;

/// <summary>Shares one real broker among the tests of a collection: the one of <c>HERMES_TEST_KAFKA</c>, else one of its own.
/// Where neither can be had, every test that asks for it is skipped with the reason.</summary>
public class RealKafkaFixture : IAsyncLifetime
{
    private IKafkaBroker? _broker;

    /// <summary>The broker; skips the calling test where there is none.</summary>
    public IKafkaBroker Broker
    {
        get
        {
            if (_broker is null)
                Assert.Skip(KafkaDistribution.WhyNoBroker ?? "The real broker was not started.");
            return _broker;
        }
    }

    /// <summary>Broker settings on top of the fixture's; they do not reach an attached broker.</summary>
    protected virtual IReadOnlyDictionary<string, string>? Settings => null;

    public async ValueTask InitializeAsync()
    {
        if (KafkaDistribution.Running is { } servers)
            _broker = new AttachedKafka(servers);
        else if (KafkaDistribution.WhyNoTools is null)
            _broker = await RealKafka.LaunchAsync(Settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
