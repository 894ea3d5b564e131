using System.Text;
using Hermes.Shared.Fleet;
using Hermes.Shared.Health;
using Hermes.Shared.Registry;
using Hermes.Shared.Status;
using Hermes.Shared.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Hermes.Shared.Hosting;

/// <summary>What makes a worker one that can be run: its health, its status pages, its watchdog, its node among the workers.</summary>
public static class OperationServices
{
    private static readonly ReadOnlyMemory<byte> Up = Encoding.UTF8.GetBytes("""{"status": "UP"}""");

    extension(IHostApplicationBuilder builder)
    {
        /// <summary>Adds them. Called before the worker's own services are added: what is added first is started first, so a port
        /// that is taken is found before any work begins, and it is stopped last.</summary>
        public void AddOperation(WorkerRole role)
        {
            builder.AddSettings<StatusSettings>(StatusSettings.Section)
                .Validate(s => StatusAddress.IsValid(s.Listen), "Status:Listen must be 'none' or host:port, where the host is an IP address ([::1] in brackets), localhost or *.");
            var services = builder.Services;
            services.AddSingleton(role);
            TelemetryServices.Add(builder, role);
            services.AddHostedService<StatusServer>();
            services.AddSingleton<WorkerHealth>();
            services.AddSingleton<ZooKeeperWatch>();
            services.AddSingleton<KafkaWatch>();
            services.AddHostedService<Watchdog>();
            services.AddHostedService(s => s.GetRequiredService<ZooKeeperWatch>());
            services.AddHostedService(s => s.GetRequiredService<KafkaWatch>());
            services.AddSingleton(s => new WorkerPaths(s.GetRequiredService<HermesPaths>()));
            services.AddHostedService<WorkerPresence>();
            services.AddSingleton(new StatusPage("/status/health", () => new(Up)));
            services.AddSingleton(s => HealthPage("/health/live", s.GetRequiredService<WorkerHealth>(), r => r.LiveFaults));
            services.AddSingleton(s => HealthPage("/health/ready", s.GetRequiredService<WorkerHealth>(), r => r.ReadyFaults));
            services.AddSingleton(s => HealthPage("/health/startup", s.GetRequiredService<WorkerHealth>(), r => r.HasStarted ? [] : r.StartFaults));
        }
    }

    private static StatusPage HealthPage(string path, WorkerHealth health, Func<HealthReport, IReadOnlyList<string>> faultsOf) => new(path, () =>
    {
        var report = health.Look();
        var faults = faultsOf(report);
        return new(HealthJson.Write(report, faults), Code: faults.Count == 0 ? 200 : 503);
    });
}
