using System.Globalization;
using Hermes.Bench.Delivery;
using Hermes.Testing.Processes;

namespace Hermes.Bench.Senders;

/// <summary>Our sender and a bare loop over the framework's handler, in turn, into the same sink, without Kafka and without a
/// subscription: deliveries a second and processor time for each. Medians over the rounds.</summary>
internal static class SenderBenchmark
{
    public const string Yardstick = "bare";
    private const string Ours = "ours";

    public static async Task RunAsync(BenchmarkSettings settings)
    {
        await using var sink = await SinkProcess.StartAsync();
        Console.WriteLine($"{settings.Messages} messages of {settings.Size} bytes, {settings.InFlight} in flight; the first {settings.WarmUp} of each round warm up");
        using var http = new HttpClient();
        var meter = new Meter(http, sink.Address);
        var sides = new Dictionary<string, List<Figures>>(StringComparer.Ordinal) { [Yardstick] = [], [Ours] = [] };
        for (var round = 1; round <= settings.Rounds; round++)
        {
            foreach (var (way, figures) in sides)
            {
                var before = await meter.CountAsync();
                await using var loop = Benchmark.Start("sender-loop", way, sink.Address.Port.ToString(CultureInfo.InvariantCulture), settings.InFlight.ToString(CultureInfo.InvariantCulture), settings.Size.ToString(CultureInfo.InvariantCulture));
                figures.Add(await meter.MeasureAsync(loop, before, settings));
                Console.WriteLine($"round {round} {way,-8} {figures[^1].PerSecond,7:0}/s {figures[^1].CpuMicroseconds,6:0.0} us");
            }
        }
        var (bare, ours) = (Figures.Median(sides[Yardstick]), Figures.Median(sides[Ours]));
        Console.WriteLine(
            $"sender_ratio={ours.PerSecond / bare.PerSecond:0.00} sender_cpu_ratio={ours.CpuMicroseconds / bare.CpuMicroseconds:0.00} "
            + $"ours_per_s={ours.PerSecond:0} bare_per_s={bare.PerSecond:0} ours_cpu_us={ours.CpuMicroseconds:0.0} bare_cpu_us={bare.CpuMicroseconds:0.0}");
    }
}
