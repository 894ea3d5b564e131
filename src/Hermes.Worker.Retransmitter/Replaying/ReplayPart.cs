using Hermes.Intake.Offsets;
using Hermes.Shared.Jobs;

namespace Hermes.Worker.Retransmitter.Replaying;

/// <summary>A partition while it is replayed.</summary>
internal sealed class ReplayPart(ReplayRange range)
{
    // A session has one; partitions are neither revoked nor moved.
    private const int Epoch = 0;
    private volatile bool _isRead;

    public long End => range.End;

    public OffsetLedger Ledger { get; } = new(range.Topic, range.Partition, Epoch, range.Next, SettledRuns.Parse(range.Next, range.Settled));

    /// <summary>Whether the whole range was read; never unset.</summary>
    public bool IsRead
    {
        get => _isRead;
        set => _isRead = value;
    }

    /// <summary>The range with its checkpoint.</summary>
    public ReplayRange ToRange()
    {
        if (IsRead && Ledger.IsAtRest)
            return range with { Next = range.End, Settled = null };
        var mark = Ledger.Mark();
        return range with { Next = Math.Min(mark.Offset, range.End), Settled = mark.Metadata.Length == 0 ? null : mark.Metadata };
    }
}
