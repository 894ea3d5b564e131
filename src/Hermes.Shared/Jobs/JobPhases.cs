namespace Hermes.Shared.Jobs;

/// <summary>Where a job may stand.</summary>
public static class JobPhases
{
    /// <summary>Another job owns the subscription's offsets; this one has its turn after it.</summary>
    public const string Queued = "queued";

    /// <summary>The targets are fixed, and partitions are being moved.</summary>
    public const string Moving = "moving";

    /// <summary>The range is fixed, and its messages are being delivered.</summary>
    public const string Replaying = "replaying";

    /// <summary>A replay that rests, for the reason that its status names.</summary>
    public const string Paused = "paused";

    /// <summary>Each partition is proven to have been moved, or each message of the range has come to its end; or, of a dry
    /// run, the targets are worked out.</summary>
    public const string Completed = "completed";

    /// <summary>Nothing was done, for the reason given.</summary>
    public const string Refused = "refused";

    /// <summary>It was begun and cannot be finished, for the reason given; each partition says whether it was moved.</summary>
    public const string Failed = "failed";

    /// <summary>It was asked to stop; each partition says whether it was moved before.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Whether the job has been accepted, and the subscription is in its hands.</summary>
    public static bool IsUnderWay(string phase) => phase is Moving or Replaying or Paused;

    /// <summary>Whether nothing will change any more.</summary>
    public static bool IsFinal(string phase) => phase is Completed or Refused or Failed or Cancelled;
}
