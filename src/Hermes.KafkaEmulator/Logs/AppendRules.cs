using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Logs;

/// <summary>Judges a whole and unbroken batch by the rules of its topic, as Kafka does before it appends.</summary>
internal static class AppendRules
{
    private const int HighestCompression = 4;

    /// <summary>Gives the refusal, or null where the batch may be appended.</summary>
    /// <param name="batch">Its header.</param>
    /// <param name="length">Bytes that came for the partition.</param>
    /// <param name="rules">The topic's rules.</param>
    /// <param name="now">The broker's time, in milliseconds since 1970.</param>
    public static AppendResult? Judge(in RecordBatch batch, int length, LogRules rules, long now)
    {
        if (batch.Size != length)
            return AppendResult.Refused(KafkaError.InvalidRecord, "A produce request must hold exactly one record batch for a partition.");
        if (batch.IsControl || batch.IsTransactional)
            return AppendResult.Refused(KafkaError.InvalidRecord, "Transactions are not served.");
        if (batch.IsIdempotent && batch.BaseSequence < 0)
            return AppendResult.Refused(KafkaError.InvalidRecord, $"Invalid sequence number {batch.BaseSequence} in a batch with producer id {batch.ProducerId}.");
        if (batch.Compression > HighestCompression)
            return AppendResult.Refused(KafkaError.UnsupportedCompressionType, $"There is no compression {batch.Compression}.");
        if (batch.Size > rules.MaxMessageBytes)
        {
            var reason = $"The record batch size is {batch.Size} bytes, which exceeds the maximum configured value of {rules.MaxMessageBytes}.";
            return AppendResult.Refused(KafkaError.MessageTooLarge, reason);
        }

        if (batch.Size > rules.SegmentBytes)
            return AppendResult.Refused(KafkaError.RecordListTooLarge, $"The batch of {batch.Size} bytes exceeds the segment size of {rules.SegmentBytes}.");
        return rules.AppendTime ? null : JudgeTime(batch, rules, now);
    }

    private static AppendResult? JudgeTime(in RecordBatch batch, LogRules rules, long now)
    {
        if (batch.IsAppendTime)
            return AppendResult.Refused(KafkaError.InvalidTimestamp, "A producer should not set the timestamp type LogAppendTime.");
        if (batch.MaxTimestamp < 0)
            return null; // no timestamps
        return now - batch.BaseTimestamp > rules.TimestampBeforeMaxMs || batch.MaxTimestamp - now > rules.TimestampAfterMaxMs
            ? AppendResult.Refused(KafkaError.InvalidTimestamp, "A timestamp is farther from the broker's time than the topic allows.")
            : null;
    }
}
