using System.Globalization;
using Hermes.Testing.Processes;

namespace Hermes.Bench.Delivery;

/// <summary>The <see cref="Sink"/> in a process of its own.</summary>
internal sealed class SinkProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ChildProcess _process;

    private SinkProcess(ChildProcess process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens; the root.</summary>
    public Uri Address { get; }

    /// <param name="delay">Milliseconds that it takes for an answer.</param>
    public static async Task<SinkProcess> StartAsync(int delay = 0)
    {
        var port = FreePorts.Take(1)[0];
        var process = Benchmark.Start("delivery-sink", port.ToString(CultureInfo.InvariantCulture), delay.ToString(CultureInfo.InvariantCulture));
        await process.WhenOutputAsync("listening", Limit);
        return new(process, new($"http://127.0.0.1:{port}/"));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
