using Confluent.Kafka;

namespace Hermes.Shared.Kafka;

/// <summary>What a broker says of one group of several that it was asked about at once.</summary>
/// <param name="Found">What it says; nothing where it failed.</param>
/// <param name="Failure">Why there is no answer for this group; <see langword="null"/>: there is one.</param>
public readonly record struct GroupAnswer<T>(T Found, KafkaException? Failure)
{
    /// <summary>The answer.</summary>
    /// <exception cref="KafkaException">There is none for this group.</exception>
    public T OrThrow() => Failure is null ? Found : throw new KafkaException(Failure.Error, Failure);
}
