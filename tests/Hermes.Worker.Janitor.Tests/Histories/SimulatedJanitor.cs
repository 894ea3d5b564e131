using System.Diagnostics.Metrics;
using Hermes.Shared.ConsumerGroups;
using Hermes.Shared.Hosting;
using Hermes.Shared.Kafka;
using Hermes.Shared.Registry;
using Hermes.Worker.Janitor.CleanUp;
using Hermes.Worker.Janitor.Inactivity;
using Hermes.Worker.Janitor.KeepAlive;
using Hermes.Worker.Janitor.Leadership;
using Hermes.Worker.Janitor.Tombstones;
using Hermes.ZooKeeper;
using Hermes.ZooKeeper.Recipes;
using Microsoft.Extensions.DependencyInjection;

namespace Hermes.Worker.Janitor.Tests.Histories;

/// <summary>A janitor's duties, with all that is beyond its process in memory; it leads as long as its guard stands.</summary>
internal sealed class SimulatedJanitor : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _ended = new();
    private readonly LeadershipTerm _term;

    public SimulatedJanitor(World world, Edge edge, JanitorOptions options, int number)
    {
        Guard = $"{World.Root}/janitor/leader-{number}";
        world.Tree.Create(Guard);
        _term = new(number, Operation.Check(Guard, NodeVersion.Any), _ended.Token);
        _services = new ServiceCollection().AddLogging().AddMetrics()
            .AddSingleton<IZooKeeper>(new MemoryZooKeeper(world.Tree, edge, world.IsHidden))
            .AddSingleton<IGroupAdministration>(new MemoryAdministration(world.Broker, edge, world.Truth.Restored))
            .AddSingleton<TimeProvider>(world.Clock).AddSingleton(World.Names).AddSingleton(new HermesPaths(World.Root)).AddSingleton(new HermesSettings()).AddSingleton(options)
            .AlsoDuties().AddSingleton<IOffsetRenewal>(new MemoryRenewal(world.Broker, edge)).BuildServiceProvider();
    }

    /// <summary>The node that says that it leads.</summary>
    public string Guard { get; }

    /// <summary>Of which its last run that did not end well died.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Where its metrics go.</summary>
    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>It hears that it leads no more.</summary>
    public void End() => _ended.Cancel();

    /// <summary>Runs a duty as the leader does, whatever comes of it.</summary>
    /// <returns>Whether it ended well.</returns>
    public bool Run(Duty duty)
    {
        var running = RunAsync(duty);
        Assert.True(running.IsCompleted); // nothing here ever waits
        return running.Result;
    }

    private async Task<bool> RunAsync(Duty duty)
    {
        try
        {
            await _services.GetRequiredService<ClusterGuard>().CheckAsync(_term, _term.Ended);
            await (duty switch
            {
                Duty.Tasks => _services.GetRequiredService<TaskDuty>().RunAsync(_term, _term.Ended),
                Duty.Tombstones => _services.GetRequiredService<TombstoneDuty>().RunAsync(_term, _term.Ended),
                Duty.KeepAlive => _services.GetRequiredService<KeepAliveDuty>().RunAsync(_term, _term.Ended),
                _ => _services.GetRequiredService<InactiveDuty>().RunAsync(_term, _term.Ended),
            });
            return true;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Failure = e;
            return false;
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        _ended.Dispose();
    }
}

/// <summary>What a janitor does.</summary>
internal enum Duty
{
    Tasks,
    Tombstones,
    Inactive,
    KeepAlive,
}

file static class Services
{
    public static IServiceCollection AlsoDuties(this IServiceCollection services)
    {
        services.AddDuties();
        return services;
    }
}
