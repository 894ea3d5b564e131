using System.Globalization;
using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Faults.Loads;
using Hermes.Faults.Plans;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Faults.Fleets;

/// <summary>Everything that runs: three servers of ZooKeeper, a broker, the endpoints, a proxy before each of these, and the fleet.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const int DiskMegabytes = 64;

    /// <summary>Links and processes.</summary>
    public required Switchboard Board { get; init; }

    public required ZooKeeperEnsemble Ensemble { get; init; }

    public required IKafkaBroker Broker { get; init; }

    public required HermesInstallation Hermes { get; init; }

    public required Subscribers Subscribers { get; init; }

    /// <summary>Where messages are delivered to: the proxy before <see cref="Subscribers"/>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The fleet, by name.</summary>
    public required IReadOnlyDictionary<string, FleetWorker> Workers { get; init; }

    /// <summary>The broker's disk; absent: <see cref="WhyNoDisk"/>.</summary>
    public SmallDisk? Disk { get; private init; }

    public string? WhyNoDisk { get; private init; }

    /// <summary>The workers' clocks; absent: <see cref="WhyNoClocks"/>.</summary>
    public Clocks? Clocks { get; private init; }

    public string? WhyNoClocks { get; private init; }

    // What is to be ended, the newest first.
    private Stack<IAsyncDisposable> Parts { get; init; } = [];

    /// <summary>Starts the servers; the workers are made, and not started.</summary>
    /// <param name="kind">Which broker.</param>
    /// <param name="ledger">What the endpoints tell.</param>
    /// <param name="plan">What will be done: what needs a preparation gets it.</param>
    /// <param name="settings">Settings of the workers.</param>
    /// <param name="pulse">Told of what holds up links.</param>
    public static async Task<Site> BuildAsync(BrokerKind kind, Ledger ledger, FaultPlan plan, IReadOnlyList<(string, string)> settings, Pulse pulse)
    {
        var parts = new Stack<IAsyncDisposable>();
        T Keep<T>(T part) where T : IAsyncDisposable
        {
            parts.Push(part);
            return part;
        }
        try
        {
            var board = Keep(new Switchboard(pulse));
            var (disk, whyNoDisk) = plan.Faults.Any(f => f.Kind is FaultKind.Fill) ? await SmallDisk.MountAsync(DiskMegabytes) : (null, null);
            if (disk is not null)
                Keep(disk);
            var ensemble = Keep(await ZooKeeperEnsemble.LaunchAsync());
            var zooKeeper = ensemble.Servers.Select(s => Keep(new LinkProxy(board, "zookeeper") { Target = s.Port })).ToList();
            var kafka = Keep(new LinkProxy(board, Targets.Broker));
            var broker = Keep(await BrokerAsync(kind, kafka.Port, disk?.Path));
            kafka.Target = int.Parse(broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
            var hermes = Keep(await HermesInstallation.CreateAsync(ensemble.ConnectionString, "/hermes", broker.BootstrapServers));
            var subscribers = Keep(await Subscribers.StartAsync(board, ledger));
            var endpoint = Keep(new LinkProxy(board, Targets.Endpoint) { Target = subscribers.Port });
            var (clocks, whyNoClocks) = plan.Faults.Any(f => f.Kind is FaultKind.Ahead or FaultKind.Behind) ? await Clocks.PrepareAsync() : (null, null);
            (string, string)[] own =
            [
                .. settings,
                ("ZooKeeper:ConnectionString", string.Join(',', zooKeeper.Select(p => $"127.0.0.1:{p.Port}"))),
                ("Kafka:BootstrapServers", $"127.0.0.1:{kafka.Port}"),
            ];
            var none = new Dictionary<string, string?>(StringComparer.Ordinal);
            var workers = Targets.Workers.ToDictionary(n => n, n => Keep(new FleetWorker(n, hermes, board, own, clocks?.Variables(n) ?? none)), StringComparer.Ordinal);
            return new()
            {
                Board = board,
                Ensemble = ensemble,
                Broker = broker,
                Hermes = hermes,
                Subscribers = subscribers,
                Endpoint = $"http://127.0.0.1:{endpoint.Port}/",
                Workers = workers,
                Disk = disk,
                WhyNoDisk = whyNoDisk,
                Clocks = clocks,
                WhyNoClocks = whyNoClocks,
                Parts = parts,
            };
        }
        catch
        {
            foreach (var part in parts)
                await part.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Parts)
            await part.DisposeAsync();
        Clocks?.Dispose();
    }

    private static async Task<IKafkaBroker> BrokerAsync(BrokerKind kind, int advertised, string? disk)
    {
        if (kind is BrokerKind.Emulator)
            return await EmulatorProcess.LaunchAsync(["--advertise", $"127.0.0.1:{advertised}", .. disk is null ? [] : new[] { "--data", disk }]);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{advertised}" };
        if (disk is not null)
        {
            settings["log.dirs"] = Path.Combine(disk, "data");
            settings["log.segment.bytes"] = "1048576";
            settings["log.index.size.max.bytes"] = "65536"; // these are reserved in full
        }
        return await RealKafka.LaunchAsync(settings);
    }
}
