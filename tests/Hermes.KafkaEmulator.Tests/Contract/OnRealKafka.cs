using Hermes.Testing.Kafka;

namespace Hermes.KafkaEmulator.Tests.Contract;

/// <summary>The cases that run on real Kafka share one broker. An attached one must be alone, and create no topics by itself.</summary>
[CollectionDefinition(Name)]
public sealed class OnRealKafka : ICollectionFixture<RealKafkaFixture>
{
    public const string Name = "Contract on real Kafka";
}
