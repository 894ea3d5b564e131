using System.ComponentModel.DataAnnotations;

namespace Hermes.Worker.Retransmitter;

/// <summary>Settings of this worker, bound from <c>Retransmitter</c>.</summary>
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
}
