using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Hermes.Worker.Janitor.Schedules;

/// <summary>Has all duties fire anew when the wall clock was put back: Quartz goes by it, and would wait until it is again where it was.</summary>
internal sealed partial class ClockWatch(ISchedulerFactory schedulers, TimeProvider clock, ILogger<ClockWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What a clock is put right by from time to time makes no difference to anybody.
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var (wall, monotonic) = (clock.GetUtcNow(), clock.GetTimestamp());
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var (now, moment) = (clock.GetUtcNow(), clock.GetTimestamp());
                var back = wall + clock.GetElapsedTime(monotonic, moment) - now;
                (wall, monotonic) = (now, moment);
                if (back < Noticed)
                    continue;
                Log.PutBack(logger, back);
                await BeginAnewAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { } // the end
    }

    private async Task BeginAnewAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        foreach (var key in await scheduler.GetTriggerKeys(GroupMatcher<TriggerKey>.AnyGroup(), cancellationToken))
        {
            if (await scheduler.GetTrigger(key, cancellationToken) is { } trigger)
                await scheduler.RescheduleJob(key, trigger.GetTriggerBuilder().StartNow().Build(), cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.ClockPutBack, LogLevel.Warning, "The wall clock was put back by {Back}: all duties are scheduled anew")]
        public static partial void PutBack(ILogger logger, TimeSpan back);
    }
}
