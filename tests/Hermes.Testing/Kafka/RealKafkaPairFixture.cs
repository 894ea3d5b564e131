using Xunit;

namespace Hermes.Testing.Kafka;

/// <summary>Shares two brokers of one cluster among the tests of a class. Where there is no distribution, each is skipped with the reason.</summary>
public sealed class RealKafkaPairFixture : IAsyncLifetime
{
    private RealKafkaPair? _pair;

    /// <summary>The brokers; skips the calling test where there are none.</summary>
    public RealKafkaPair Pair
    {
        get
        {
            if (_pair is null)
                Assert.Skip(KafkaDistribution.WhyNoTools ?? "The brokers were not started.");
            return _pair;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (KafkaDistribution.WhyNoTools is null)
            _pair = await RealKafkaPair.LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
            await _pair.DisposeAsync();
    }
}
