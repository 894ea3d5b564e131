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

    public static async Task<int> RunAsync(string[] options)
    {
        BenchmarkSettings settings;
        try
        {
            settings = BenchmarkSettings.Parse(options);
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }

        await using IKafkaBroker broker = KafkaDistribution.WhyNoTools is null ? await RealKafka.LaunchAsync() : await EmulatorProcess.LaunchAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}/");
        await using var sink = Child("delivery-sink", address.Port.ToString(CultureInfo.InvariantCulture), settings.Delay.ToString(CultureInfo.InvariantCulture));
        await sink.WhenOutputAsync("listening", TimeSpan.FromSeconds(30));
        Console.WriteLine($"{settings.Messages} messages of {settings.Size} bytes in {settings.Partitions} partitions of "
            + $"{(broker is RealKafka ? "Kafka" : "the emulator")}; {settings.InFlight} in flight; {settings.Subscriptions} subscriptions, {settings.Shape}; an endpoint of {settings.Delay} ms; "
            + $"the first {settings.WarmUp} deliveries of each round warm up");
        await using var schemas = settings.Shape == Shapes.Avro ? await SchemaRegistry.StartAsync() : null;
        schemas?.Register($"{Group}.{Topic}", Records.Schema);
        await Records.PublishAsync(broker.BootstrapServers, KafkaTopic, settings);
        using var http = new HttpClient();
        var meter = new Meter(http, address);
        List<Figures> raw = [], ours = [];
        for (var round = 1; round <= settings.Rounds; round++)
        {
            raw.Add(await RawRoundAsync(broker.BootstrapServers, address, meter, settings, round));
            Say("raw", round, raw[^1]);
            ours.Add(await WorkerRound.RunAsync(broker.BootstrapServers, zooKeeper.ConnectionString, Group, Topic, address, meter, settings, round, schemas?.Address));
            Say("ours", round, ours[^1]);
        }

        var (r, o) = (Figures.Median(raw), Figures.Median(ours));
        Console.WriteLine(
            $"throughput_ratio={o.PerSecond / r.PerSecond:0.00} cpu_ratio={o.CpuMicroseconds / r.CpuMicroseconds:0.00} "
            + $"ours_per_s={o.PerSecond:0} raw_per_s={r.PerSecond:0} ours_cpu_us={o.CpuMicroseconds:0.0} raw_cpu_us={r.CpuMicroseconds:0.0} "
            + $"ours_rss_mb={o.ResidentMegabytes:0} raw_rss_mb={r.ResidentMegabytes:0}");
        return 0;
    }

    private static async Task<Figures> RawRoundAsync(string servers, Uri address, Meter meter, BenchmarkSettings settings, int round)
    {
        var before = await meter.CountAsync();
        await using var loop = Child(
            "delivery-raw", servers, KafkaTopic, $"raw-{round}", $"{address}raw", settings.InFlight.ToString(CultureInfo.InvariantCulture), settings.Subscriptions.ToString(CultureInfo.InvariantCulture));
        return await meter.MeasureAsync(loop, before, settings);
    }

    private static ChildProcess Child(params string[] arguments) => ChildProcess.Start("dotnet", [typeof(DeliveryBenchmark).Assembly.Location, .. arguments]);

    private static void Say(string side, int round, Figures figures) => Console.WriteLine(
        $"round {round} {side,-4} {figures.PerSecond,7:0}/s {figures.CpuMicroseconds,6:0.0} us {figures.ResidentMegabytes,5:0} MiB");
}
