using Hermes.Delivery;
using Hermes.Intake;
using Hermes.Intake.Contents;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;
using Hermes.Worker.Retransmitter.Jobs;
using Hermes.Worker.Retransmitter.Replaying;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hermes.Worker.Retransmitter;

/// <summary>Registration of the retransmitter.</summary>
internal static class RetransmitterServices
{
    // After the drain: the last checkpoints, and closing the session.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(20);

    extension(IHostApplicationBuilder builder)
    {
        /// <summary>Adds the retransmitter: its dispatcher, what it works with, and their settings.</summary>
        public void AddRetransmitter()
        {
            builder.AddSettings<RetransmitterOptions>(RetransmitterOptions.Section);
            var services = builder.Services;
            services.AddSingleton<JobPaths>();
            services.AddSingleton<JobClient>();
            services.AddSingleton<KafkaAdministration>();
            services.AddSingleton<RewindPlanner>();
            services.AddSingleton<RetransmitterMetrics>();
            services.AddSingleton<RegistryReader>();
            services.AddSingleton<ReplayPlanner>();
            services.AddSingleton<JobPlanner>();
            services.AddDelivery(builder.Configuration);
            services.AddContents(builder.Configuration);
            services.AddSingleton(s => new IntakeThreads(
                s.GetRequiredService<RetransmitterOptions>().IntakeThreads, s.GetRequiredService<ILoggerFactory>(), s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<Heartbeats>()));
            services.AddSingleton<Replays>();
            services.AddSingleton<JobRunner>();
            services.AddHostedService<JobDispatcher>();
            services.AddOptions<HostOptions>().Configure<RetransmitterOptions>((host, retransmitter) => host.ShutdownTimeout = retransmitter.DrainBudget + Farewell);
        }
    }
}
