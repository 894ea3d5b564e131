using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Kafka;
using Hermes.Worker.Retransmitter.Jobs;
using Hermes.Worker.Retransmitter.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hermes.Worker.Retransmitter;

/// <summary>Registration of the retransmitter.</summary>
internal static class RetransmitterServices
{
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
            services.AddSingleton<JobRunner>();
            services.AddHostedService<JobDispatcher>();
        }
    }
}
