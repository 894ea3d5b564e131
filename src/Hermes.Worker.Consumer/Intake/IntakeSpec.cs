using Confluent.Kafka;
using Hermes.Shared.Naming;

namespace Hermes.Worker.Consumer.Intake;

/// <summary>What an intake reads.</summary>
/// <param name="Name">The subscription, for people.</param>
/// <param name="Topics">Kafka topics: the primary and, after a migration, the secondary one.</param>
/// <param name="CreatedAt">When the subscription was created: where a group without offsets starts.</param>
/// <param name="Client">The consumer's settings, with the group's id.</param>
internal sealed record IntakeSpec(string Name, IReadOnlyList<KafkaTopic> Topics, DateTimeOffset CreatedAt, ConsumerConfig Client);
