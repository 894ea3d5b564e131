using System.ComponentModel.DataAnnotations;
using Hermes.Shared.ConsumerGroups;
using Hermes.Worker.Janitor.Schedules;

namespace Hermes.Worker.Janitor;

/// <summary>Settings of the janitor, bound from <c>Janitor</c>.</summary>
public sealed record JanitorOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Janitor";

    /// <summary>When Hermes's clean-up tasks are looked at: an interval (<c>00:00:05</c>) or a cron expression of Quartz
    /// (<c>0 0/5 * * * ?</c>, UTC). Default every 5 s.</summary>
    [Required] public string TasksSchedule { get; init; } = "00:00:05";

    /// <summary>When tombstones (offsets of deleted groups) are looked at, an interval or a cron expression: offsets are given back,
    /// and old tombstones deleted. Default every 30 s.</summary>
    [Required] public string TombstonesSchedule { get; init; } = "00:00:30";

    /// <summary>How old a clean-up task must be before it is carried out. Default 1 minute, Hermes's own.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan TaskDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From which age on a task that cannot be done is an error in the log. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan TaskAlarmAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Longest pause before a task that could not be done is tried again. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")] public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after a deletion a subscription that appears without any offsets gets them back by itself: its offsets
    /// were committed before its node was there. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan RepairWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long tombstones are kept, and so how long a deleted group can be restored. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")] public TimeSpan TombstoneRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long the history of what was done to groups is kept. Default 365 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")] public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>When groups that nobody uses are looked for, an interval or a cron expression. Default every 10 minutes.</summary>
    [Required] public string InactiveSchedule { get; init; } = "00:10:00";

    /// <summary>When resting subscriptions are looked at, an interval or a cron expression. Default every minute.</summary>
    [Required] public string KeepAliveSchedule { get; init; } = "00:01:00";

    /// <summary>How often the offsets of resting subscriptions are committed again at least; a quarter of the broker's
    /// <c>offsets.retention.minutes</c>, where that is shorter. Default 12 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")] public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Whether abandoned groups are only planned to be deleted, and a plan is carried out only when it is asked for. Default yes.</summary>
    public bool DryRun { get; init; } = true;

    /// <summary>For how long a group must be seen without a subscription, members and movement, to count as abandoned. Default 7
    /// days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan InactiveAfter { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How much of the time between two looks counts at most towards that: a clock that jumps is no rest. Default 1
    /// hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")] public TimeSpan LongestStep { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Groups that one run deletes at most. Default 50.</summary>
    [Range(1, 10_000)] public int MostDeletions { get; init; } = 50;

    /// <summary>The share of all groups that may look abandoned: a run that finds more candidates than this, and than <see
    /// cref="MostCandidates"/>, ends without a plan, for that is rather a sign of something else. Default 0.2.</summary>
    [Range(0.0, 1.0)] public double LargestShare { get; init; } = 0.2;

    /// <summary>So many groups may look abandoned whatever their share. Default 20.</summary>
    [Range(0, 100_000)] public int MostCandidates { get; init; } = 20;

    /// <summary>Regular expressions: only groups whose whole id one of them matches may be abandoned. Default: all.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Regular expressions: groups whose whole id one of them matches never are.</summary>
    public IReadOnlyList<string> Denied { get; init; } = [];

    /// <summary>The share of all groups whose offsets one run reads, and no fewer than 100: each costs a write to
    /// ZooKeeper. Groups take turns, those without a subscription first. Default 0.02.</summary>
    [Range(0.0, 1.0)] public double LookShare { get; init; } = 0.02;

    internal GroupPolicy ToPolicy() => new(DryRun, InactiveAfter.TotalSeconds, Allowed, Denied);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, text) in new[] { (nameof(TasksSchedule), TasksSchedule), (nameof(TombstonesSchedule), TombstonesSchedule), (nameof(InactiveSchedule), InactiveSchedule), (nameof(KeepAliveSchedule), KeepAliveSchedule) })
        {
            if (!Schedule.IsValid(text))
                yield return new($"{Section}:{name} must be an interval such as 00:00:05 or a cron expression such as '0 0/5 * * * ?', but is '{text}'.", [name]);
        }
        foreach (var (name, pattern) in Allowed.Select(p => (nameof(Allowed), p)).Concat(Denied.Select(p => (nameof(Denied), p))))
        {
            if (!IsPattern(pattern))
                yield return new($"{Section}:{name} must be regular expressions, but has '{pattern}'.", [name]);
        }
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = GroupPolicy.Compile(pattern);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
