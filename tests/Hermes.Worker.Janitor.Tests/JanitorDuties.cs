using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Testing.Installations;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Worker.Janitor.Tests;

/// <summary>The duties within the test's process, over whatever ZooKeeper and broker they are given; a test calls them.</summary>
internal static class JanitorDuties
{
    /// <summary>Whoever asks leads.</summary>
    public static LeadershipTerm TermOf(HermesInstallation hermes, long number = 1) =>
        new(number, Operation.Check(new Shared.ConsumerGroups.JanitorPaths(hermes.Paths).Folder, NodeVersion.Any), CancellationToken.None);

    public static ServiceProvider Build(HermesInstallation hermes, IZooKeeper zooKeeper, IGroupAdministration kafka, JanitorOptions options)
    {
        var services = new ServiceCollection().AddLogging().AddMetrics()
            .AddSingleton(zooKeeper).AddSingleton(kafka).AddSingleton(TimeProvider.System).AddSingleton(hermes.Names).AddSingleton(hermes.Paths)
            .AddSingleton(new HermesSettings()).AddSingleton(options);
        services.AddDuties();
        return services.BuildServiceProvider();
    }
}
