using Hermes.Delivery;
using Hermes.Intake.Contents;
using Hermes.Shared.Health;
using Hermes.Shared.Hosting;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Worker.Consumer.Assignments;
using Hermes.Worker.Consumer.Balancing;
using Hermes.Worker.Consumer.Counters;
using Hermes.Worker.Consumer.Intake;
using Hermes.Worker.Consumer.Membership;
using Hermes.Worker.Consumer.Orders;
using Hermes.Worker.Consumer.Rates;
using Hermes.Worker.Consumer.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Hermes.Worker.Consumer;

/// <summary>Registration of the consumer.</summary>
internal static class ConsumerServices
{
    // Beside the drain: leaving the fleet, the groups, and the last counters, each of which waits a few seconds for servers that are away.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(30);

    extension(IServiceCollection services)
    {
        /// <summary>Adds what makes this worker a member of the fleet. Last among the services, so that a stop begins with it: the
        /// others take over while this one finishes.</summary>
        private void AddFleet()
        {
            services.AddSingleton(s => ConsumerId.Of(s.GetRequiredService<ConsumerOptions>()));
            services.AddSingleton<AssignmentView>();
            services.AddSingleton<FleetFolders>();
            services.AddSingleton<Registration>();
            services.AddSingleton<WeightBook>();
            services.AddSingleton<Balancer>();
            services.AddHostedService(s => s.GetRequiredService<Registration>());
            services.AddSingleton<AgreedRates>();
            services.AddSingleton<RateLeader>();
            services.AddHostedService<RateFollower>();
            services.AddHostedService<LoadReporter>();
            services.AddHostedService<FleetLeader>();
        }
    }

    extension(IHostApplicationBuilder builder)
    {
        /// <summary>Adds the consumer: its worker, its intakes, its delivery and their settings.</summary>
        public void AddConsumer()
        {
            builder.AddSettings<ConsumerOptions>(ConsumerOptions.Section);
            builder.AddSettings<BalancingOptions>(BalancingOptions.Section);
            builder.AddSettings<RateOptions>(RateOptions.Section);
            builder.Services.AddDelivery(builder.Configuration);
            builder.Services.AddContents(builder.Configuration);
            builder.Services.AddSingleton<ConsumerMetrics>();
            builder.Services.AddSingleton<IntakePool>();
            builder.Services.AddSingleton<LiveRuns>();
            builder.Services.AddSingleton<TallyBook>();
            builder.Services.AddSingleton<JobPaths>();
            builder.Services.AddSingleton(s => SubscriptionPages.List(s.GetRequiredService<LiveRuns>()));
            builder.Services.AddSingleton(s => SubscriptionPages.Count(s.GetRequiredService<LiveRuns>()));
            builder.Services.AddSingleton(s => IsRead(s.GetRequiredService<RegistryView>()));
            builder.Services.AddHostedService<CounterReporter>(); // ahead of the deliveries, and so stopped after them
            builder.Services.AddHostedService<ConsumerWorker>();
            builder.Services.AddHostedService<OrderFollower>();
            builder.Services.AddHostedService<CommandFollower>();
            builder.Services.AddFleet();
            builder.Services.AddOptions<HostOptions>().Configure<ConsumerOptions>((host, consumer) => host.ShutdownTimeout = consumer.DrainBudget + Farewell);
        }
    }

    private static ReadyCheck IsRead(RegistryView registry) => new("registry", () => registry.IsCurrent ? null : "not read completely since the last connection");
}
