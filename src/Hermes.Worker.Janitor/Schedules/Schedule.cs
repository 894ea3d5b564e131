using System.Globalization;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>When a duty is due, as its setting says it.</summary>
internal static class Schedule
{
    /// <summary>Whether it is an interval above zero or a cron expression.</summary>
    public static bool IsValid(string text) => Interval(text) is { } interval ? interval > TimeSpan.Zero : IsCron(text);

    /// <summary>Has a trigger fire by it: an interval from the start on, never twice at once, and missed times once.</summary>
    public static void Apply<TJob>(ITriggerConfigurator<TJob> trigger, string text)
        where TJob : IJob
    {
        if (Interval(text) is { } interval)
            trigger.StartNow().WithSimpleSchedule(s => s.WithInterval(interval).RepeatForever());
        else
            trigger.WithCronSchedule(text, c => c.InTimeZone(TimeZoneInfo.Utc));
    }

    private static bool IsCron(string text)
    {
        try
        {
            _ = new CronExpression(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return false;
        }
    }

    private static TimeSpan? Interval(string text) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) ? interval : null;
}
