using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Inactivity;
using Hermes.Worker.Janitor.KeepAlive;
using Hermes.Worker.Janitor.Leadership;
using Hermes.Worker.Janitor.Telemetry;
using Hermes.Worker.Janitor.Tombstones;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Worker.Janitor;

/// <summary>Registration of what the janitor does, without the clock that calls it and the leader who may.</summary>
internal static class DutyServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the duties. ZooKeeper, the broker, their names and the settings are others' business.</summary>
        public void AddDuties()
        {
            services.AddSingleton<JanitorPaths>();
            services.AddSingleton<JobPaths>();
            services.AddSingleton<JobClient>();
            services.AddSingleton<GroupRecords>();
            services.AddSingleton<GroupRestorer>();
            services.AddSingleton<ClusterGuard>();
            services.AddSingleton<ServerClock>();
            services.AddSingleton<JanitorMetrics>();
            services.AddSingleton<Deletables>();
            services.AddSingleton<SubscriptionLook>();
            services.AddSingleton<FreshLook>();
            services.AddSingleton<GuardedWrites>();
            services.AddSingleton<DeletionAccounts>();
            services.AddSingleton<GroupDeletion>();
            services.AddSingleton<TaskDuty>();
            services.AddSingleton<TombstoneDuty>();
            services.AddSingleton<RegistryReader>();
            services.AddSingleton(s => s.GetRequiredService<JanitorOptions>().ToPolicy());
            services.AddSingleton<CompleteRegistry>();
            services.AddSingleton<GroupSurveyor>();
            services.AddSingleton<Observations>();
            services.AddSingleton<PlanBook>();
            services.AddSingleton<InactiveDuty>();
            services.AddSingleton<IOffsetRenewal, OffsetRenewal>();
            services.AddSingleton<KeepAliveDuty>();
        }
    }
}
