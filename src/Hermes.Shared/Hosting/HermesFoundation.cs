using System.Diagnostics.Metrics;
using Hermes.Shared.Fleet;
using Hermes.Shared.Health;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;
using Hermes.ZooKeeper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>What every worker stands on: its settings, checked at start, and its way to ZooKeeper and Kafka.</summary>
public static class HermesFoundation
{
    extension(IHostApplicationBuilder builder)
    {
        /// <summary>Adds settings bound from a section, checked before the host starts, all faults at once, by name.</summary>
        public OptionsBuilder<T> AddSettings<T>(string section) where T : class => builder.Services.AddSettings<T>(builder.Configuration, section);

        /// <summary>Adds the ZooKeeper session, the registry's view, the names and the Kafka clients.</summary>
        public void AddHermesFoundation()
        {
            builder.AddSettings<HermesSettings>(HermesSettings.Section);
            builder.AddSettings<ZooKeeperSettings>(ZooKeeperSettings.Section);
            builder.AddSettings<KafkaSettings>(KafkaSettings.Section);
            var services = builder.Services;
            services.AddSingleton<IValidateOptions<ZooKeeperSettings>, ZooKeeperSettingsRules>();
            services.TryAddSingleton(TimeProvider.System);
            services.TryAddSingleton<Heartbeats>();
            services.AddSingleton<ZooKeeperTlsFiles>();
            services.AddSingleton<IZooKeeper>(s =>
            {
                var settings = s.GetRequiredService<ZooKeeperSettings>();
                return ZooKeeperClient.Start(settings.ToOptions(settings.Tls ? s.GetRequiredService<ZooKeeperTlsFiles>().Now : null), s.GetRequiredService<ILoggerFactory>(), s.GetRequiredService<TimeProvider>());
            });
            services.AddSingleton(s => new HermesPaths(s.GetRequiredService<ZooKeeperSettings>().Root));
            services.AddSingleton(s => new FleetPaths(s.GetRequiredService<HermesPaths>(), s.GetRequiredService<KafkaSettings>().ClusterName));
            services.AddSingleton<RegistryWriter>();
            services.AddSingleton(s => RegistryView.Start(s.GetRequiredService<IZooKeeper>(), s.GetRequiredService<HermesPaths>(),
                s.GetRequiredService<IMeterFactory>(), s.GetRequiredService<ILogger<RegistryView>>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<Heartbeats>()));
            services.AddSingleton<IOAuthProviders>(s => OAuthProviderView.Start(s.GetRequiredService<IZooKeeper>(), s.GetRequiredService<HermesPaths>(),
                s.GetRequiredService<ILogger<OAuthProviderView>>(), s.GetRequiredService<TimeProvider>()));
            services.AddSingleton(s => s.GetRequiredService<KafkaSettings>().ToNames());
            services.AddSingleton<KafkaClients>();
        }
    }
}
