using Hermes.Testing.Kafka;

namespace Hermes.Shared.Tests.Kafka;

/// <summary>On a real broker of its own for each test.</summary>
public sealed class AdministrationOnRealKafka : AdministrationContract
{
    protected override async Task<IKafkaBroker> LaunchAsync()
    {
        if (KafkaDistribution.WhyNoTools is { } reason)
            Assert.Skip(reason);
        return await RealKafka.LaunchAsync();
    }
}
