using System.Globalization;
using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Hermes.Faults.Loads;
using Hermes.Faults.Plans;
using Hermes.Shared.Registry;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Schemas;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Faults.Fleets;

/// <summary>Everything that runs: three servers of ZooKeeper, a broker, a schema registry, the endpoints, a proxy before each of these, and
/// the fleet.</summary>
internal sealed class Site : IAsyncDisposable
{
    private const int DiskMegabytes = 64, AvroPartitions = 2;

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

    /// <summary>The schema registry of the Avro topic.</summary>
    public required SchemaRegistry Schemas { get; init; }

    /// <summary>The disks that are to be filled, by whose they are; where there can be none: <see cref="WhyNoDisk"/>.</summary>
    public required IReadOnlyDictionary<string, SmallDisk> Disks { get; init; }

    public string? WhyNoDisk { get; private init; }

    /// <summary>The workers' clocks; absent: <see cref="WhyNoClocks"/>.</summary>
    public Clocks? Clocks { get; private init; }

    public string? WhyNoClocks { get; private init; }

    // What is to be ended, the newest first.
    private Stack<IAsyncDisposable> Parts { get; init; } = [];

    /// <summary>Starts the servers; the workers are made, and not started.</summary>
    /// <param name="kind">Which broker.</param>
    /// <param name="ledgerOf">What the endpoints tell: the ledger of a subscription's topic.</param>
    /// <param name="plan">What will be done: what needs a preparation gets it.</param>
    /// <param name="settings">Settings of the workers.</param>
    /// <param name="pulse">Told of what holds up links.</param>
    public static async Task<Site> BuildAsync(BrokerKind kind, Func<string, Ledger> ledgerOf, FaultPlan plan, IReadOnlyList<(string, string)> settings, Pulse pulse)
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
            var disks = new Dictionary<string, SmallDisk>(StringComparer.Ordinal);
            string? whyNoDisk = null;
            foreach (var target in plan.Faults.Where(f => f.Kind is FaultKind.Fill).Select(f => f.Target).Distinct(StringComparer.Ordinal))
            {
                (var disk, whyNoDisk) = await SmallDisk.MountAsync(DiskMegabytes);
                if (disk is null)
                    break;
                disks.Add(target, Keep(disk));
            }
            var ensemble = Keep(await ZooKeeperEnsemble.LaunchAsync(number => new()
            {
                Folder = disks.TryGetValue(Targets.ZooKeeper[number - 1], out var disk) ? disk.Path : null,
            }));
            var zooKeeper = ensemble.Servers.Select(s => Keep(new LinkProxy(board, "zookeeper") { Target = s.Port })).ToList();
            var kafka = Keep(new LinkProxy(board, Targets.Broker));
            var broker = Keep(await BrokerAsync(kind, kafka.Port, disks.GetValueOrDefault(Targets.Broker)?.Path));
            kafka.Target = int.Parse(broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
            var hermes = Keep(await HermesInstallation.CreateAsync(ensemble.ConnectionString, "/hermes", broker.BootstrapServers));
            var schemas = Keep(await SchemaRegistry.StartAsync());
            schemas.Register(AvroMessages.Topic.ToString(), AvroMessages.Schema);
            var schemasLink = Keep(new LinkProxy(board, Targets.Schemas) { Target = new Uri(schemas.Address).Port });
            await hermes.AddTopicAsync(AvroMessages.Topic, ContentTypes.Avro, AvroPartitions);
            var subscribers = Keep(await Subscribers.StartAsync(board, ledgerOf));
            var endpoint = Keep(new LinkProxy(board, Targets.Endpoint) { Target = subscribers.Port });
            var (clocks, whyNoClocks) = plan.Faults.Any(f => f.Kind is FaultKind.Ahead or FaultKind.Behind) ? await Clocks.PrepareAsync() : (null, null);
            (string, string)[] own =
            [
                .. settings,
                ("ZooKeeper:ConnectionString", string.Join(',', zooKeeper.Select(p => $"127.0.0.1:{p.Port}"))),
                ("Kafka:BootstrapServers", $"127.0.0.1:{kafka.Port}"),
                ("Schemas:ServerUrl", $"http://127.0.0.1:{schemasLink.Port}/"),
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
                Schemas = schemas,
                Disks = disks,
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
