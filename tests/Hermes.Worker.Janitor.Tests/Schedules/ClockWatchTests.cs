using Hermes.Testing;
using Hermes.Worker.Janitor.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Hermes.Worker.Janitor.Tests.Schedules;

/// <summary>A real Quartz whose trigger is an hour away, as it is for one that goes by a wall clock which was put back by an hour.</summary>
public sealed class ClockWatchTests
{
    [Fact]
    public async Task After_the_wall_clock_was_put_back_what_is_due_in_an_hour_is_done_at_once()
    {
        var clock = new WrongClock();
        var counter = new Counter();
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(counter);
        builder.Services.AddQuartz(quartz => quartz.ScheduleJob<CountingJob>((_, trigger) => trigger
            .StartAt(TimeProvider.System.GetUtcNow().AddHours(1)).WithSimpleSchedule(s => s.WithInterval(TimeSpan.FromHours(1)).RepeatForever())));
        builder.Services.AddQuartzHostedService();
        builder.Services.AddHostedService(s => new ClockWatch(s.GetRequiredService<ISchedulerFactory>(), clock, s.GetRequiredService<ILogger<ClockWatch>>()));
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        clock.Ahead = TimeSpan.FromHours(1); // a clock that is put forward makes nobody wait
        var looks = clock.Looks;
        await Until.TrueAsync(() => clock.Looks >= looks + 2, "two looks at the clock");
        Assert.Equal(0, counter.Count);

        clock.Ahead = TimeSpan.Zero;
        await Until.TrueAsync(() => counter.Count > 0, "the duty runs", TimeSpan.FromMinutes(1));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The machine's own clock, whose wall clock is wrong.</summary>
    private sealed class WrongClock : TimeProvider
    {
        private int _looks;
        private long _ahead;

        public TimeSpan Ahead
        {
            set => Volatile.Write(ref _ahead, value.Ticks);
        }

        public int Looks => Volatile.Read(ref _looks);

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Increment(ref _looks);
            return System.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));
        }
    }

    private sealed class Counter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    private sealed class CountingJob(Counter counter) : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            counter.Add();
            return ValueTask.CompletedTask;
        }
    }
}
