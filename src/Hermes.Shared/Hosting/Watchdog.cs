using System.Globalization;
using Hermes.Shared.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Hermes.Shared.Hosting;

/// <summary>Tells systemd's watchdog that the process lives, at half of its time, for as long as no loop is stuck: then systemd
/// starts it anew. The hosting package tells the start and the stop alone.</summary>
internal sealed partial class Watchdog(WorkerHealth health, ILogger<Watchdog> logger, TimeProvider clock) : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var notifier = new SystemdNotifier();
        if (!notifier.IsEnabled || Interval() is not { } interval)
            return;
        Log.Fed(logger, interval);
        using var timer = new PeriodicTimer(interval, clock);
        var isStuck = false;
        try
        {
            do
            {
                var faults = health.Look().LiveFaults;
                if (faults.Count == 0)
                    notifier.Notify(Alive);
                else if (!isStuck)
                    Log.Starves(logger, string.Join("; ", faults));
                isStuck = faults.Count > 0;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped last of all, so a long drain is fed too.
        }
    }

    /// <summary>Half of what systemd allows; none where it does not watch this process.</summary>
    private static TimeSpan? Interval()
    {
        var watched = Environment.GetEnvironmentVariable("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(watched) && watched != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(Math.Max(microseconds / 2.0, 1000))
            : null;
    }

    private static partial class Log
    {
        [LoggerMessage(LogEvents.WatchdogFed, LogLevel.Information, "systemd's watchdog is told every {Interval} that no loop is stuck")]
        public static partial void Fed(ILogger logger, TimeSpan interval);

        [LoggerMessage(LogEvents.WatchdogStarves, LogLevel.Error, "systemd's watchdog is told no more that this process lives, and will start it anew: {Faults}")]
        public static partial void Starves(ILogger logger, string faults);
    }
}
