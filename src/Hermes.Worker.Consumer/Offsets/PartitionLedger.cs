using Hermes.Intake.Offsets;

namespace Hermes.Worker.Consumer.Offsets;

/// <summary>The ledger of a partition that the group has given to this worker: what is settled, and what the group is known
/// to have committed of it.</summary>
internal sealed class PartitionLedger : OffsetLedger
{
    /// <inheritdoc/>
    public PartitionLedger(string topic, int partition, int epoch, long start, SettledRuns settledBefore)
        : base(topic, partition, epoch, start, settledBefore) => LastCommitted = new(start, "");

    /// <summary>What the broker is known to have, since this ownership began. Used by the intake's thread alone.</summary>
    public LedgerMark LastCommitted { get; set; }

    /// <summary>What an unanswered commit says; null: there is none. Used by the intake's thread alone.</summary>
    public LedgerMark? InFlight { get; set; }

    /// <summary>When the unanswered commit was sent.</summary>
    public long SentAt { get; set; }

    /// <summary>The count of changes that the last commit said; -1: it must be said again. Used by the intake's thread alone.</summary>
    public long ChangesCommitted { get; set; } = -1;

    /// <summary>Until when nothing more is committed, since a move away from here waits for the commits under way, or one to here is to be
    /// seen. Used by the intake's thread alone.</summary>
    public long RestsUntil { get; set; }

    /// <summary>Of an ownership that a move began: whether the group has committed it; false when it ended before.</summary>
    public TaskCompletionSource<bool>? Confirmed { get; init; }
}
