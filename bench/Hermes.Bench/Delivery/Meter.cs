using System.Diagnostics;
using System.Globalization;
using Hermes.Testing.Processes;

namespace Hermes.Bench.Delivery;

/// <summary>Watches the sink's count and the deliverer's processor time from the end of the warm-up to the last message.</summary>
internal sealed class Meter(HttpClient http, Uri sink)
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">Nothing arrived for a minute.</exception>
    public async Task<Figures> MeasureAsync(ChildProcess deliverer, long before, BenchmarkSettings settings)
    {
        var start = await WhenAsync(before + settings.WarmUp, deliverer);
        // The last few are left out: a window that runs empty measures the end, not the flow.
        var end = await WhenAsync(before + settings.Deliveries - (settings.InFlight * settings.Subscriptions) - LastBatches(settings), deliverer);
        var count = end.Count - start.Count;
        var seconds = Stopwatch.GetElapsedTime(start.At, end.At).TotalSeconds;
        return new Figures(count / seconds, (end.Cpu - start.Cpu).TotalMicroseconds / count, ProcessFigures.ResidentMegabytes(deliverer.Id));
    }

    // The last batches are not full, and the sink does not know it.
    private static int LastBatches(BenchmarkSettings settings) => settings.Shape == Shapes.Batch ? 10 * Shapes.BatchSize * settings.Subscriptions : 0;

    public async Task<long> CountAsync() => long.Parse(await http.GetStringAsync(sink), CultureInfo.InvariantCulture);

    private async Task<(long Count, long At, TimeSpan Cpu)> WhenAsync(long count, ChildProcess deliverer)
    {
        var (last, changed) = (0L, Stopwatch.GetTimestamp());
        while (true)
        {
            var now = await CountAsync();
            if (now >= count) return (now, Stopwatch.GetTimestamp(), ProcessFigures.ProcessorTime(deliverer.Id));
            if (now != last) (last, changed) = (now, Stopwatch.GetTimestamp());
            if (deliverer.HasExited || Stopwatch.GetElapsedTime(changed) > Stall)
                throw new TimeoutException($"The sink stands at {now} of {count}; the deliverer's last words:\n{deliverer.Output}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
