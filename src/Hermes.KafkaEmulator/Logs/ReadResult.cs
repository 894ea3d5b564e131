using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>What a fetch finds in one log.</summary>
/// <param name="Error">Kafka's error.</param>
/// <param name="StartOffset">The first offset of the log; -1 with an error that knows none.</param>
/// <param name="EndOffset">The offset behind the last record, which with one replica is the high watermark too.</param>
/// <param name="Bytes">Whole batches; the first holds the wanted offset.</param>
/// <param name="HasMore">Whether more could be read behind these bytes at once.</param>
internal readonly record struct ReadResult(KafkaError Error, long StartOffset, long EndOffset, LogBytes Bytes, bool HasMore)
{
    public static ReadResult Refused(KafkaError error) => new(error, -1, -1, default, HasMore: false);
}
