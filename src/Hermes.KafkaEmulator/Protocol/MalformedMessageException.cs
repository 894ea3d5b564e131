namespace Hermes.KafkaEmulator.Protocol;

/// <summary>Bytes that are not what their header promises. As in Kafka, the connection they came over is closed.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);
