using System.ComponentModel.DataAnnotations;
using Hermes.Worker.Janitor.Schedules;

namespace Hermes.Worker.Janitor;

/// <summary>Settings of this worker, bound from <c>Janitor</c>.</summary>
public sealed record JanitorOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Janitor";

    /// <summary>When Hermes's clean-up tasks are looked at: an interval (<c>00:00:05</c>) or a cron expression of Quartz
    /// (<c>0 0/5 * * * ?</c>, UTC). Default every 5 s.</summary>
    [Required] public string TasksSchedule { get; init; } = "00:00:05";

    /// <summary>When tombstones are looked at. Default every 30 s.</summary>
    [Required] public string TombstonesSchedule { get; init; } = "00:00:30";

    /// <summary>How old a task must be before it is carried out. Default 1 minute, Hermes's own.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan TaskDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From which age on a task that cannot be done is an error in the log. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")] public TimeSpan TaskAlarmAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Longest pause before a task that could not be done is tried again. Default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")] public TimeSpan LongestRetryPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after a deletion a subscription that appears without any offsets gets them back by itself: its offsets
    /// were committed before its node was there. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")] public TimeSpan RepairWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long tombstones are kept. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")] public TimeSpan TombstoneRetention { get; init; } = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, text) in new[] { (nameof(TasksSchedule), TasksSchedule), (nameof(TombstonesSchedule), TombstonesSchedule) })
        {
            if (!Schedule.IsValid(text))
                yield return new($"{Section}:{name} must be an interval such as 00:00:05 or a cron expression such as '0 0/5 * * * ?', but is '{text}'.", [name]);
        }
    }
}
