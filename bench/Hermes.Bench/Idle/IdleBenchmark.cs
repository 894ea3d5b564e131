using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Hermes.Bench.Delivery;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Bench.Idle;

/// <summary>What many subscriptions cost while nothing is published: processor time, memory and threads of a consumer worker, beside one
/// process with as many plain consumers of librdkafka.</summary>
internal static class IdleBenchmark
{
    private const string Group = "bench";
    private const string Topic = "idle";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        settings = settings with { Messages = 1 };
        await Records.PublishAsync(broker.BootstrapServers, $"{Group}.{Topic}", settings);
        Console.WriteLine($"{settings.Subscriptions} subscriptions of a topic of {settings.Partitions} partitions, nothing published; {settings.Seconds} s measured");

        await using (var raw = Benchmark.Start("idle-raw", broker.BootstrapServers, $"{Group}.{Topic}", settings.Subscriptions.ToString(CultureInfo.InvariantCulture)))
        {
            await raw.WhenOutputAsync("all assigned", Limit);
            Say("raw", await MeasureAsync(raw, settings));
        }
        await Records.StartAsync(broker.BootstrapServers, WorkerRound.Groups($"{Group}_{Topic}_ours", settings), $"{Group}.{Topic}", settings.Partitions, atEnd: true);
        await WorkerRound.WriteRegistryAsync(zooKeeper.ConnectionString, "/idle", Group, Topic, "ours", new("http://127.0.0.1:9/"), settings);
        await using var worker = WorkerRound.Start(broker.BootstrapServers, zooKeeper.ConnectionString, "/idle", schemas: null, "--Consumer:Workload=All");
        var started = Stopwatch.GetTimestamp();
        while (Reading(worker) < settings.Subscriptions)
        {
            if (worker.HasExited || Stopwatch.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"Only {Reading(worker)} subscriptions have their partitions:\n{worker.Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all have their partitions after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s"));
        var ours = await MeasureAsync(worker, settings);
        Say("ours", ours);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"idle_cpu_percent={ours.Cpu:0.0} idle_rss_mb={ours.Megabytes:0} idle_threads={ours.Threads} subscriptions={settings.Subscriptions}"));
    }

    /// <summary>The yardstick's process.</summary>
    public static async Task<int> RawAsync(string servers, string topic, string count)
    {
        var consumers = Enumerable.Range(0, int.Parse(count, CultureInfo.InvariantCulture)).Select(number =>
        {
            var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig { BootstrapServers = servers, GroupId = $"idle-raw-{number}", EnableAutoCommit = false }).Build();
            consumer.Subscribe(topic);
            return consumer;
        }).ToList();
        while (consumers.Exists(c => c.Assignment.Count == 0))
        {
            foreach (var consumer in consumers.Where(c => c.Assignment.Count == 0)) consumer.Consume(TimeSpan.FromMilliseconds(1));
        }
        Console.WriteLine("all assigned");
        while (true)
        {
            foreach (var consumer in consumers) consumer.Consume(TimeSpan.Zero);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System); // ends with the process, which the benchmark kills
        }
    }

    // What the worker tells of a group's partitions when they come to it.
    private static int Reading(ChildProcess worker) => worker.Output.Split(" reads ").Length - 1;

    private static async Task<(double Cpu, double Megabytes, int Threads)> MeasureAsync(ChildProcess process, BenchmarkSettings settings)
    {
        await Task.Delay(Rest, TimeProvider.System);
        var (before, at) = (ProcessFigures.ProcessorTime(process.Id), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(settings.Seconds), TimeProvider.System);
        var cpu = (ProcessFigures.ProcessorTime(process.Id) - before) / Stopwatch.GetElapsedTime(at) * 100;
        return (cpu, ProcessFigures.ResidentMegabytes(process.Id), Directory.GetDirectories($"/proc/{process.Id}/task").Length);
    }

    private static void Say(string side, (double Cpu, double Megabytes, int Threads) figures) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{side,-4} {figures.Cpu,6:0.0} % of a core  {figures.Megabytes,6:0} MiB  {figures.Threads,5} threads"));
}
