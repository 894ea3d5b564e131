using System.ComponentModel.DataAnnotations;

namespace Hermes.Worker.Retransmitter;

/// <summary>Settings of the retransmitter, bound from <c>Retransmitter</c>.</summary>
public sealed record RetransmitterOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Retransmitter";

    /// <summary>How often jobs are looked at without any event, and a waiting job looks at its group. Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")] public TimeSpan LookInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long finished jobs are kept. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Longest pause before a job that ran into a failure is tried again. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")] public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long consumers may take to acknowledge an order; ours need less than a second. Then those that are left are
    /// told in Hermes's own way, which its Java consumers obey. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan OrderPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long Hermes's own offset nodes may wait to be obeyed; its consumers look every 20 s or so. Then they are
    /// withdrawn, and everything is begun anew. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")] public TimeSpan OffsetNodePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a replay says how far it has come: what a crash may repeat at most. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")] public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a replay that is to rest or to stop may finish what is on the wire. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")] public TimeSpan DrainBudget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Threads that read from Kafka, for all replays together. Default 2.</summary>
    [Range(1, 64)] public int IntakeThreads { get; init; } = 2;

    /// <summary>Records read ahead, for each replay. Default 5000.</summary>
    [Range(1, 1_000_000)] public int ReadAheadRecords { get; init; } = 5000;

    /// <summary>KiB read ahead, for each replay. Default 16 384.</summary>
    [Range(1, 1_000_000)] public int ReadAheadKilobytes { get; init; } = 16_384;
}
