using Hermes.Shared.ConsumerGroups;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>What was seen in ZooKeeper of something that may be deleted.</summary>
/// <param name="Obstacle">The first that speaks against the deletion; <see langword="null"/>: nothing.</param>
/// <param name="Read">Of offsets: which topics the subscription reads.</param>
internal readonly record struct RegistryLook(DeletionOutcome? Obstacle, ReadTopics? Read = null);
