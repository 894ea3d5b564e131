using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Worker.Janitor.Leadership;
using Hermes.Worker.Janitor.Schedules;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;

namespace Hermes.Worker.Janitor;

/// <summary>Registration of the janitor.</summary>
internal static class JanitorServices
{
    extension(IHostApplicationBuilder builder)
    {
        /// <summary>Adds the janitor: its leader, its duties, their schedules and their settings.</summary>
        public void AddJanitor()
        {
            builder.AddSettings<JanitorOptions>(JanitorOptions.Section);
            var services = builder.Services;
            services.AddSingleton<IGroupAdministration, KafkaAdministration>();
            services.AddDuties();
            services.AddSingleton<Duties>();
            services.AddSingleton<Leader>();
            services.AddHostedService(s => s.GetRequiredService<Leader>());
            services.AddQuartz(quartz =>
            {
                quartz.ScheduleJob<TaskJob>((s, trigger) => Schedule.Apply(trigger, s.GetRequiredService<JanitorOptions>().TasksSchedule), (_, job) => job.WithIdentity("tasks"));
                quartz.ScheduleJob<TombstoneJob>((s, trigger) => Schedule.Apply(trigger, s.GetRequiredService<JanitorOptions>().TombstonesSchedule), (_, job) => job.WithIdentity("tombstones"));
                quartz.ScheduleJob<InactiveJob>((s, trigger) => Schedule.Apply(trigger, s.GetRequiredService<JanitorOptions>().InactiveSchedule), (_, job) => job.WithIdentity("inactive"));
                quartz.ScheduleJob<KeepAliveJob>((s, trigger) => Schedule.Apply(trigger, s.GetRequiredService<JanitorOptions>().KeepAliveSchedule), (_, job) => job.WithIdentity("keep-alive"));
            });
            services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
            services.AddHostedService<ClockWatch>();
        }
    }
}
