using System.Diagnostics;
using System.Globalization;
using Hermes.Bench.Delivery;
using Hermes.Shared.Jobs;
using Hermes.Shared.Naming;
using Hermes.Testing.Http;
using Hermes.Testing.Installations;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;
using Hermes.ZooKeeper;

namespace Hermes.Bench.Retransmission;

/// <summary>
/// The time from the creation of a job's node to its completion, which proves the moved offsets: job after job, first without any
/// consumer, then with a live one. Beside it, where there is a real Kafka, its own <c>kafka-consumer-groups --reset-offsets</c>. And the
/// speed of a replay beside the consumer's.
/// </summary>
internal static class RetransmissionBenchmark
{
    private const int Jobs = 200;
    private const int WarmUp = 10;
    private const int ToolRuns = 5;
    private const int Messages = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        var (speed, latencies) = (await ReplaySpeed.MeasureAsync(broker.BootstrapServers, zooKeeper.ConnectionString, settings), await LatenciesAsync(broker, zooKeeper));
        Console.WriteLine($"{latencies} replay_ratio={speed:0.00}");
    }

    private static async Task<string> LatenciesAsync(IKafkaBroker broker, ZooKeeperServer zooKeeper)
    {
        await using var endpoint = await HttpEndpoint.StartAsync();
        await using var hermes = await HermesInstallation.CreateAsync(zooKeeper.ConnectionString, "/bench", broker.BootstrapServers, partitions: 10);
        var subscription = await hermes.SubscribeAsync("billing", endpoint.Address);
        await hermes.PublishAsync(Messages);
        Console.WriteLine($"{Jobs} jobs each way, 10 partitions of {(broker is RealKafka ? "Kafka" : "the emulator")}; {WarmUp} more before them warm up");

        await using var retransmitter = RunningWorker.Start("Hermes.Worker.Retransmitter", hermes);
        var detached = await MeasureAsync(hermes, subscription, MoveProofs.Altered);
        Say("detached", detached);
        var tool = broker is RealKafka ? await ToolAsync(hermes, subscription) : [];
        if (tool.Count > 0)
            Say("kafka-consumer-groups", tool);

        await using var consumer = RunningWorker.Start(hermes);
        await WhenAsync(() => endpoint.Requests.Count >= Messages, "the first delivery");
        var live = await MeasureAsync(hermes, subscription, MoveProofs.Acknowledged);
        Say("live", live);
        var (d, l) = (Percentile(detached, 0.99), Percentile(live, 0.99));
        var toolMedian = tool.Count > 0 ? $"tool_median_ms={Percentile(tool, 0.5):0} " : "";
        return $"{toolMedian}detached_median_ms={Percentile(detached, 0.5):0} detached_p99_ms={d:0} live_median_ms={Percentile(live, 0.5):0} live_p99_ms={l:0}";
    }

    private static async Task<IReadOnlyList<double>> MeasureAsync(HermesInstallation hermes, SubscriptionName subscription, string proof)
    {
        var client = new JobClient(hermes.ZooKeeper, new(hermes.Paths));
        var times = new List<double>();
        for (var i = -WarmUp; i < Jobs; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var id = await client.CreateAsync(
                new() { Version = JobDocument.KnownVersion, Mode = JobModes.Rewind, Subscription = subscription.ToString(), Target = new() { Duration = "PT1H" } }, default);
            var status = await WhenFinalAsync(hermes.ZooKeeper, new JobPaths(hermes.Paths).Status(id));
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (status.Phase != JobPhases.Completed || status.Partitions.Any(p => p.Moved != proof))
                throw new InvalidOperationException($"Job {id} is {status.Phase} ({status.Reason}), and not by way of '{proof}'.");
            if (i >= 0)
                times.Add(elapsed.TotalMilliseconds);
        }
        return times;
    }

    private static async Task<JobStatus> WhenFinalAsync(ZooKeeperClient zooKeeper, string path)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var seen = await zooKeeper.FindAndWatchAsync(path, limit.Token);
            using var watch = seen.Watch;
            if (await zooKeeper.TryGetAsync(path, limit.Token) is { } node && JobJson.ReadStatus(node.Data.Span) is var status && JobPhases.IsFinal(status.Phase))
                return status;
            await watch.Fired.WaitAsync(limit.Token);
        }
    }

    private static async Task<IReadOnlyList<double>> ToolAsync(HermesInstallation hermes, SubscriptionName subscription)
    {
        var times = new List<double>();
        for (var i = 0; i < ToolRuns; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var tool = ChildProcess.Start(Path.Combine(Environment.GetEnvironmentVariable("KAFKA_HOME")!, "bin", "kafka-consumer-groups.sh"),
            [
                "--bootstrap-server", hermes.Kafka.BootstrapServers, "--group", hermes.Names.ConsumerGroup(subscription),
                "--topic", hermes.KafkaTopic, "--reset-offsets", "--to-earliest", "--execute",
            ], new Dictionary<string, string?>(StringComparer.Ordinal));
            if (await tool.WhenExitedAsync(Limit) is var code && code != 0)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"kafka-consumer-groups ended with {code}:\n{tool.Output}"));
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return times;
    }

    private static async Task WhenAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit)
                throw new TimeoutException($"{what} did not happen within {Limit.TotalSeconds} s.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private static void Say(string what, IReadOnlyList<double> times) =>
        Console.WriteLine($"{what,-22} median {Percentile(times, 0.5),6:0} ms   p99 {Percentile(times, 0.99),6:0} ms   longest {times.Max(),6:0} ms");

    private static double Percentile(IEnumerable<double> times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }
}
