using Hermes.Shared.ConsumerGroups;

namespace Hermes.Worker.Janitor.CleanUp;

/// <summary>What a look at one of several found.</summary>
/// <param name="Obstacle">What speaks against its deletion; <see langword="null"/>: nothing.</param>
/// <param name="Offsets">What it has committed and would lose.</param>
/// <param name="Failure">Why nothing is known of this one.</param>
internal readonly record struct Sight(DeletionOutcome? Obstacle, IReadOnlyList<KeptOffset> Offsets, Exception? Failure = null);
