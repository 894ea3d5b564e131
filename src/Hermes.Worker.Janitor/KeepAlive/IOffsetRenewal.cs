using Confluent.Kafka;

namespace Hermes.Worker.Janitor.KeepAlive;

/// <summary>Commits a group's offsets again as they are, with what their metadata says of settled messages.</summary>
internal interface IOffsetRenewal
{
    /// <returns>Whether they were: not where there are none, or where somebody has joined meanwhile, whose own commits keep them.</returns>
    /// <exception cref="KafkaException">The broker refuses for another reason, or cannot be reached.</exception>
    Task<bool> RenewAsync(string group);
}
