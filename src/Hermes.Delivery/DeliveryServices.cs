using System.Diagnostics.Metrics;
using Hermes.Delivery.DeadLetters;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Naming;
using Hermes.Shared.Registry;
using Hermes.Shared.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hermes.Delivery;

/// <summary>Registration of the delivery.</summary>
public static class DeliveryServices
{
    // Retries, pace and deadlines that are this late are no longer the business of a busy machine.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    extension(IServiceCollection services)
    {
        /// <summary>Adds the <see cref="DeliveryEngine"/> and its options.</summary>
        public IServiceCollection AddDelivery(IConfiguration configuration)
        {
            services.AddSettings<DeliveryOptions>(configuration, DeliveryOptions.Section);
            services.AddSingleton<IValidateOptions<DeliveryOptions>, DeliveryRules>();
            services.TryAddSingleton(TimeProvider.System);
            services.AddMetrics();
            services.TryAddSingleton(static provider => new KafkaLetterBox(
                provider.GetRequiredService<KafkaClients>(),
                provider.GetRequiredService<KafkaNames>(),
                provider.GetRequiredService<IOptions<DeliveryOptions>>().Value,
                provider.GetRequiredService<TimeProvider>()));
            services.TryAddSingleton(static provider =>
            {
                var engine = new DeliveryEngine(
                    provider.GetRequiredService<IOptions<DeliveryOptions>>().Value,
                    provider.GetRequiredService<IMeterFactory>(),
                    provider.GetRequiredService<ILoggerFactory>(),
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetService<IOAuthProviders>())
                {
                    PropagateTrace = provider.GetService<TelemetrySettings>()?.PropagateTrace ?? false,
                    Letters = provider.GetRequiredService<KafkaLetterBox>(),
                };
                provider.GetService<Heartbeats>()?.Watch("timetable", () => engine.Overdue, LongestDelay);
                return engine;
            });
            return services;
        }
    }
}
