using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>What became of a produced batch.</summary>
/// <param name="Error">Kafka's error; <see cref="KafkaError.None"/> also for a duplicate that was kept before.</param>
/// <param name="BaseOffset">The offset of its first record; -1 where nothing was kept.</param>
/// <param name="AppendTimeMs">The time of the append where the topic says so, else -1.</param>
/// <param name="StartOffset">The first offset of the log.</param>
/// <param name="Reason">What was wrong, for the client's log.</param>
internal readonly record struct AppendResult(KafkaError Error, long BaseOffset, long AppendTimeMs, long StartOffset, string? Reason)
{
    public static AppendResult Refused(KafkaError error, string? reason) => new(error, -1, -1, -1, reason);
}
