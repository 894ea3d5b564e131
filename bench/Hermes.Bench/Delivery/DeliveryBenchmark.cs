using System.Globalization;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.Schemas;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Bench.Delivery;

/// <summary>
/// The consumer worker beside a raw loop, in turn, over the same records into the same sink: deliveries a second, processor time for one
/// message, resident memory. Medians over the rounds; each round has a process, a consumer group and a registry of its own.
/// </summary>
internal static class DeliveryBenchmark
{
    private const string Group = "bench";
    private const string Topic = "delivery";
    private const string KafkaTopic = Group + "." + Topic;

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        await using var sink = await SinkProcess.StartAsync(settings.Delay);
        Console.WriteLine($"{settings.Messages} messages of {settings.Size} bytes in {settings.Partitions} partitions of "
            + $"{(broker is RealKafka ? "Kafka" : "the emulator")}; {settings.InFlight} in flight; {settings.Subscriptions} subscriptions, {settings.Shape}; an endpoint of {settings.Delay} ms; "
            + $"the first {settings.WarmUp} deliveries of each round warm up");
        await using var schemas = settings.Shape == Shapes.Avro ? await SchemaRegistry.StartAsync() : null;
        schemas?.Register($"{Group}.{Topic}", Records.Schema);
        await Records.PublishAsync(broker.BootstrapServers, KafkaTopic, settings);
        using var http = new HttpClient();
        var meter = new Meter(http, sink.Address);
        List<Figures> raw = [], ours = [];
        for (var round = 1; round <= settings.Rounds; round++)
        {
            raw.Add(await RawRoundAsync(broker.BootstrapServers, sink.Address, meter, settings, round));
            Say("raw", round, raw[^1]);
            ours.Add(await WorkerRound.RunAsync(broker.BootstrapServers, zooKeeper.ConnectionString, Group, Topic, sink.Address, meter, settings, round, schemas?.Address));
            Say("ours", round, ours[^1]);
        }

        var (r, o) = (Figures.Median(raw), Figures.Median(ours));
        Console.WriteLine(
            $"throughput_ratio={o.PerSecond / r.PerSecond:0.00} cpu_ratio={o.CpuMicroseconds / r.CpuMicroseconds:0.00} "
            + $"ours_per_s={o.PerSecond:0} raw_per_s={r.PerSecond:0} ours_cpu_us={o.CpuMicroseconds:0.0} raw_cpu_us={r.CpuMicroseconds:0.0} "
            + $"ours_rss_mb={o.ResidentMegabytes:0} raw_rss_mb={r.ResidentMegabytes:0}");
    }

    private static async Task<Figures> RawRoundAsync(string servers, Uri address, Meter meter, BenchmarkSettings settings, int round)
    {
        var before = await meter.CountAsync();
        await using var loop = RawLoop.Start(servers, KafkaTopic, $"raw-{round}", address, settings);
        return await meter.MeasureAsync(loop, before, settings);
    }

    private static void Say(string side, int round, Figures figures) => Console.WriteLine(
        $"round {round} {side,-4} {figures.PerSecond,7:0}/s {figures.CpuMicroseconds,6:0.0} us {figures.ResidentMegabytes,5:0} MiB");
}
