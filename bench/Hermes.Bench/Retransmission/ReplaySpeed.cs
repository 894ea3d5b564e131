using System.Globalization;
using Hermes.Bench.Delivery;
using Hermes.Shared.Jobs;
using Hermes.Shared.Registry;
using Hermes.Testing.Processes;
using Hermes.ZooKeeper;

namespace Hermes.Bench.Retransmission;

/// <summary>Deliveries a second of a replay, beside those of the consumer worker over the same records into the same sink, in
/// turn; medians over the rounds.</summary>
internal static class ReplaySpeed
{
    private const string Group = "bench";
    private const string Topic = "replay";

    /// <returns>The replay's speed as a part of the consumer's.</returns>
    public static async Task<double> MeasureAsync(string brokers, string zooKeeper, BenchmarkSettings settings)
    {
        await using var sink = await SinkProcess.StartAsync();
        var address = sink.Address;
        await Records.PublishAsync(brokers, $"{Group}.{Topic}", settings);
        Console.WriteLine($"{settings.Messages} messages of {settings.Size} bytes, delivered by the consumer and by a replay in turn; the first {settings.WarmUp} of each round warm up");
        using var http = new HttpClient();
        var meter = new Meter(http, address);
        List<Figures> live = [], replayed = [];
        for (var round = 1; round <= settings.Rounds; round++)
        {
            live.Add(await WorkerRound.RunAsync(brokers, zooKeeper, Group, Topic, address, meter, settings, round));
            Say("consumer", round, live[^1]);
            replayed.Add(await ReplayRoundAsync(brokers, zooKeeper, address, meter, settings, round));
            Say("replay", round, replayed[^1]);
        }
        return Figures.Median(replayed).PerSecond / Figures.Median(live).PerSecond;
    }

    private static async Task<Figures> ReplayRoundAsync(string brokers, string zooKeeper, Uri sink, Meter meter, BenchmarkSettings settings, int round)
    {
        var (root, subscription) = ($"/replay-{round}", $"replay{round}");
        await WorkerRound.WriteRegistryAsync(zooKeeper, root, Group, Topic, subscription, sink, settings);
        await using var client = ZooKeeperClient.Start(new ZooKeeperOptions { ConnectionString = zooKeeper });
        await new JobClient(client, new(new HermesPaths(root))).CreateAsync(new()
        {
            Version = JobDocument.KnownVersion,
            Mode = JobModes.Replay,
            Subscription = $"{Group}.{Topic}${subscription}",
            Target = new() { Duration = "P1D" },
        }, CancellationToken.None);
        var before = await meter.CountAsync();
        await using var worker = ChildProcess.Start("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Hermes.Worker.Retransmitter.dll"),
            $"--ZooKeeper:ConnectionString={zooKeeper}",
            $"--ZooKeeper:Root={root}",
            $"--Kafka:BootstrapServers={brokers}",
            "--Status:Listen=127.0.0.1:0",
            "--Delivery:AllowLoopback=true",
        ]);
        return await meter.MeasureAsync(worker, before, settings);
    }

    private static void Say(string side, int round, Figures figures) => Console.WriteLine(
        $"round {round} {side,-8} {figures.PerSecond,7:0}/s {figures.CpuMicroseconds,6:0.0} us {figures.ResidentMegabytes,5:0} MiB");
}
