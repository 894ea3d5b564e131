using System.Diagnostics;
using System.Globalization;
using Hermes.Bench.Delivery;
using Hermes.Testing.Kafka;
using Hermes.Testing.Processes;
using Hermes.Testing.ZooKeeper;

namespace Hermes.Bench.ColdStart;

/// <summary>How long a process that is started on a backlog takes to its first delivery, and to its full rate: a consumer worker, beside the
/// raw loop. The full rate is nine tenths of what the process reaches later on, over a quarter of a second.</summary>
internal static class ColdStartBenchmark
{
    private const string Group = "bench";
    private const string Topic = "cold";
    private const double Full = 0.9;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var broker = await Benchmark.LaunchBrokerAsync();
        await using var zooKeeper = await ZooKeeperServer.LaunchAsync();
        await using var sink = await SinkProcess.StartAsync(settings.Delay);
        await Records.PublishAsync(broker.BootstrapServers, $"{Group}.{Topic}", settings);
        Console.WriteLine($"{settings.Messages} messages wait in {settings.Partitions} partitions; {settings.InFlight} in flight; an endpoint of {settings.Delay} ms");
        using var http = new HttpClient();
        var meter = new Meter(http, sink.Address);
        List<(double First, double Full)> raw = [], ours = [];
        for (var round = 1; round <= settings.Rounds; round++)
        {
            raw.Add(await MeasureAsync(meter, settings, () => RawLoop.Start(broker.BootstrapServers, $"{Group}.{Topic}", $"raw-{round}", sink.Address, settings)));
            Say("raw", round, raw[^1]);
            await Records.StartAsync(broker.BootstrapServers, [$"{Group}_{Topic}_ours{round}"], $"{Group}.{Topic}", settings.Partitions);
            await WorkerRound.WriteRegistryAsync(zooKeeper.ConnectionString, $"/cold-{round}", Group, Topic, $"ours{round}", sink.Address, settings);
            ours.Add(await MeasureAsync(meter, settings, () => WorkerRound.Start(broker.BootstrapServers, zooKeeper.ConnectionString, $"/cold-{round}")));
            Say("ours", round, ours[^1]);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"first_s={Median(ours, o => o.First):0.00} full_rate_s={Median(ours, o => o.Full):0.00} raw_first_s={Median(raw, o => o.First):0.00} raw_full_rate_s={Median(raw, o => o.Full):0.00}"));
    }

    private static async Task<(double First, double Full)> MeasureAsync(Meter meter, BenchmarkSettings settings, Func<ChildProcess> start)
    {
        var before = await meter.CountAsync();
        var started = Stopwatch.GetTimestamp();
        await using var process = start();
        var samples = new List<(TimeSpan At, long Count)>();
        do
        {
            await Task.Delay(Pause, TimeProvider.System);
            samples.Add((Stopwatch.GetElapsedTime(started), await meter.CountAsync() - before));
            if (process.HasExited || samples[^1].At > TimeSpan.FromMinutes(2))
                throw new TimeoutException($"{samples[^1].Count} of {settings.Messages} came; the deliverer's last words:\n{process.Output}");
        }
        while (samples[^1].Count < settings.Messages - settings.InFlight);
        var rates = samples.Select(s => (s.At, Rate: RateBefore(samples, s))).ToList();
        // What it reaches: the median of the second half of its way.
        var late = rates.Where(r => samples.Find(s => s.At == r.At).Count > settings.Messages / 2).Select(r => r.Rate).Order().ToList();
        var full = late[late.Count / 2] * Full;
        return (samples.Find(s => s.Count > 0).At.TotalSeconds, rates.Find(r => r.Rate >= full).At.TotalSeconds);
    }

    private static double RateBefore(List<(TimeSpan At, long Count)> samples, (TimeSpan At, long Count) sample)
    {
        var from = samples.FindLast(s => s.At <= sample.At - Window);
        return sample.At > from.At ? (sample.Count - from.Count) / (sample.At - from.At).TotalSeconds : 0;
    }

    private static double Median(List<(double First, double Full)> rounds, Func<(double First, double Full), double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);

    private static void Say(string side, int round, (double First, double Full) figures) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"round {round} {side,-4} first delivery after {figures.First:0.00} s, full rate after {figures.Full:0.00} s"));
}
