using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Hermes.Bench.Delivery;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Bench.Latency;

/// <summary>The time from a message's publication to its arrival at the endpoint, at a steady rate: of a consumer worker, beside the raw
/// loop at the same rate.</summary>
internal static class LatencyBenchmark
{
    private const string Group = "bench";
    private const string Topic = "latency";
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2); // between two handfuls
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        settings = settings with { Messages = 1 };
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}/");
        await using var sink = await LatencySink.StartAsync(address.Port);
        var kafkaTopic = $"{Group}.{Topic}";
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new() { Name = kafkaTopic, NumPartitions = settings.Partitions, ReplicationFactor = 1 }]);
        Console.WriteLine($"{settings.Rate} messages a second of {settings.Size} bytes for {settings.Seconds} s, after {WarmUp.TotalSeconds} s of warming up");

        await using (RawLoop.Start(broker.BootstrapServers, kafkaTopic, "raw", address, settings))
            await MeasureAsync("raw", broker, kafkaTopic, sink, settings);
        await Records.StartAsync(broker.BootstrapServers, [$"{Group}_{Topic}_ours"], kafkaTopic, settings.Partitions, atEnd: true);
        await WorkerRound.WriteRegistryAsync(zooKeeper.ConnectionString, "/latency", Group, Topic, "ours", address, settings);
        await using var worker = WorkerRound.Start(broker.BootstrapServers, zooKeeper.ConnectionString, "/latency");
        var (median, p99, most) = await MeasureAsync("ours", broker, kafkaTopic, sink, settings);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"latency_p50_ms={median:0.0} latency_p99_ms={p99:0.0} latency_p999_ms={most:0.0} rate={settings.Rate}"));
    }

    private static async Task<(double Median, double P99, double P999)> MeasureAsync(string side, IKafkaBroker broker, string topic, LatencySink sink, BenchmarkSettings settings)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, LingerMs = 0, SocketNagleDisable = true }).Build();
        var filler = new string('x', Math.Max(settings.Size - 60, 1));
        sink.Clear();
        var number = await PublishAsync(producer, topic, filler, settings, WarmUp, 0);
        await WhenAsync(() => sink.Count >= number, side, sink);
        sink.Clear();
        var sent = await PublishAsync(producer, topic, filler, settings, TimeSpan.FromSeconds(settings.Seconds), number);
        await WhenAsync(() => sink.Count >= sent, side, sink);
        var figures = (sink.Percentile(0.5), sink.Percentile(0.99), sink.Percentile(0.999));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{side,-4} p50 {figures.Item1:0.0} ms  p99 {figures.Item2:0.0} ms  p99.9 {figures.Item3:0.0} ms, of {sink.Count} messages"));
        return figures;
    }

    /// <returns>How many were published.</returns>
    private static async Task<int> PublishAsync(IProducer<Null, byte[]> producer, string topic, string filler, BenchmarkSettings settings, TimeSpan duration, int first)
    {
        var (started, sent) = (Stopwatch.GetTimestamp(), 0);
        while (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < duration)
        {
            for (var due = (int)(elapsed.TotalSeconds * settings.Rate); sent < due; sent++)
            {
                var id = Guid.CreateVersion7().ToString();
                var value = Encoding.UTF8.GetBytes(
                    $$$"""{"_w":true,"metadata":{"timestamp":1795417829611,"id":"{{{id}}}","externalMetadata":{}},"message":{"at":{{{Stopwatch.GetTimestamp()}}},"n":{{{first + sent}}},"text":"{{{filler}}}"}}""");
                producer.Produce(new TopicPartition(topic, sent % settings.Partitions), new() { Value = value, Headers = new() { { "id", Encoding.UTF8.GetBytes(id) } } });
            }
            await Task.Delay(Step, TimeProvider.System);
        }
        producer.Flush(Limit);
        return sent;
    }

    private static async Task WhenAsync(Func<bool> condition, string side, LatencySink sink)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Limit) throw new TimeoutException($"{side}: only {sink.Count} messages came.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
