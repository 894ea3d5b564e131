using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hermes.Bench.Latency;

/// <summary>An endpoint that reads from each body when its message was published, and keeps how long it was under way. It runs in the
/// publisher's process, so that both read one clock.</summary>
internal sealed class LatencySink : IAsyncDisposable
{
    private static readonly byte[] Mark = "\"at\":"u8.ToArray();
    private readonly WebApplication _server;
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];

    private LatencySink(WebApplication server) => _server = server;

    /// <summary>How many have come since the last <see cref="Clear"/>.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _milliseconds.Count;
        }
    }

    public static async Task<LatencySink> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var server = builder.Build();
        var sink = new LatencySink(server);
        server.Run(sink.TakeAsync);
        await server.StartAsync();
        return sink;
    }

    public void Clear()
    {
        lock (_gate) _milliseconds.Clear();
    }

    /// <summary>The share of messages that took so many milliseconds at most.</summary>
    public double Percentile(double share)
    {
        double[] sorted;
        lock (_gate) sorted = [.. _milliseconds.Order()];
        return sorted[(int)Math.Ceiling(share * sorted.Length) - 1];
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        var body = await context.Request.BodyReader.ReadAtLeastAsync((int)context.Request.ContentLength!.Value);
        var text = Encoding.ASCII.GetString(body.Buffer).AsSpan();
        context.Request.BodyReader.AdvanceTo(body.Buffer.End);
        var at = text[(text.IndexOf(Encoding.ASCII.GetString(Mark)) + Mark.Length)..];
        var published = long.Parse(at[..at.IndexOf(',')], CultureInfo.InvariantCulture);
        var took = Stopwatch.GetElapsedTime(published).TotalMilliseconds;
        lock (_gate) _milliseconds.Add(took);
    }
}
