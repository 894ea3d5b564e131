namespace Hermes.Shared.Naming;

/// <summary>A topic of Kafka, and what its records hold.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsAvro">Avro; else JSON.</param>
public sealed record KafkaTopic(string Name, bool IsAvro);
