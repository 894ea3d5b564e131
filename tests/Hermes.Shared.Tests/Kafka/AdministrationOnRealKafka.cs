using Hermes.Testing.Kafka;

namespace Hermes.Shared.Tests.Kafka;

/// <summary>On a real broker of its own for each test.</summary>
public sealed class AdministrationOnRealKafka : AdministrationContract
{
    protected override async Task<IKafkaBroker> LaunchAsync(RequestCounter? counter = null)
    {
        if (KafkaDistribution.WhyNoTools is { } reason)
            Assert.Skip(reason);
        return await RealKafka.LaunchAsync(counter is null ? null : new Dictionary<string, string>(StringComparer.Ordinal) { ["advertised.listeners"] = $"PLAINTEXT://{counter.Address}" });
    }
}
