using Hermes.Shared.Jobs;

namespace Hermes.Faults.Accounts;

/// <summary>A retransmission job that was asked for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Document">What was asked.</param>
/// <param name="AskedAt">When.</param>
internal sealed record AskedJob(string Id, JobDocument Document, TimeSpan AskedAt)
{
    /// <summary>Its last status that was seen.</summary>
    public JobStatus? Status { get; set; }

    /// <summary>When it was first seen at its end.</summary>
    public TimeSpan? EndedAt { get; set; }

    /// <summary>The subscription's name without its topic.</summary>
    public string Subscription => Document.Subscription.Split('$')[1];

    /// <summary>Whether it moves offsets.</summary>
    public bool IsRewind => Document is { Mode: JobModes.Rewind, DryRun: false };

    /// <summary>Whether it went on behind a message: a rewind goes where it is told, which may be forward.</summary>
    public bool PassesOver(Message message) => IsRewind && Status?.Partitions.FirstOrDefault(p => p.Partition == message.Partition) is { } move && message.Offset < move.To;

    /// <summary>Whether it skipped a message that had not been committed.</summary>
    public bool Skips(Message message) => PassesOver(message) && Status!.Partitions.First(p => p.Partition == message.Partition).From is { } from && message.Offset >= from;

    /// <summary>Whether it covers a message: what it moved, or the range that it replayed.</summary>
    public bool Covers(Message message) => IsRewind
        ? Status?.Partitions.FirstOrDefault(p => p.Partition == message.Partition) is { } move && message.Offset >= move.To
        : Status?.Replay?.Ranges.FirstOrDefault(r => r.Partition == message.Partition) is { } range && message.Offset >= range.First && message.Offset < range.End;
}
