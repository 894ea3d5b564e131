using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Topics;

/// <summary>A change to a topic that Kafka would not make either.</summary>
internal sealed class TopicRefusedException(KafkaError error, string message) : Exception(message)
{
    public KafkaError Error { get; } = error;
}
