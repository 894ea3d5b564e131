namespace Hermes.KafkaEmulator.Topics;

/// <summary>An entry of the journal of topics: how one topic is from here on, or that it is gone.</summary>
/// <param name="Id">The topic.</param>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has; 0 when it is gone.</param>
/// <param name="Settings">The settings given to it.</param>
/// <param name="StartOffsets">The first offsets of those partitions whose first records were deleted.</param>
internal sealed record TopicEntry(
    Guid Id, string Name, int Partitions, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<int, long> StartOffsets);
