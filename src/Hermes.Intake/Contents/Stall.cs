using Confluent.Kafka;
using Hermes.Intake.Offsets;
using Hermes.Shared.Schemas;

namespace Hermes.Intake.Contents;

/// <summary>A partition that waits for a schema: its records from the one that wants it on.</summary>
internal sealed class Stall(OffsetLedger ledger, SchemaLookup awaited)
{
    public OffsetLedger Ledger => ledger;

    public TopicPartition Partition { get; } = new(ledger.Topic, ledger.Partition);

    /// <summary>The records, each with the moment at which it was read; few, since the partition is paused.</summary>
    public Queue<(ConsumeResult<byte[], byte[]> Record, long ReadAt)> Records { get; } = new();

    /// <summary>What the first record waits for.</summary>
    public SchemaLookup Awaited { get; set; } = awaited;

    /// <summary>How many questions for it had ended when the first record began to wait.</summary>
    public long AnswersBefore { get; set; } = awaited.Answers;

    /// <summary>Whether people were told.</summary>
    public bool IsNamed { get; set; }
}
