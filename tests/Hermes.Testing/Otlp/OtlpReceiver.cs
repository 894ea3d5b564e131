using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hermes.Testing.Otlp;

/// <summary>A collector on loopback that speaks OTLP over HTTP with protobuf, and keeps what it gets.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<string> _logs = new();
    private readonly ConcurrentDictionary<string, byte> _metrics = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<byte[]> _bodies = new();

    private OtlpReceiver(WebApplication server) => _server = server;

    /// <summary>For <c>Telemetry:Otlp:Endpoint</c> with the protocol HttpProtobuf.</summary>
    public string Address => _server.Urls.Single();

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    /// <summary>The texts of log records.</summary>
    public IReadOnlyCollection<string> Logs => _logs;

    /// <summary>The names of metrics.</summary>
    public ICollection<string> Metrics => _metrics.Keys;

    /// <summary>Every body as it came.</summary>
    public IReadOnlyCollection<byte[]> Bodies => _bodies;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        receiver._server.Run(receiver.ReceiveAsync);
        await receiver._server.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _bodies.Enqueue(body.ToArray());
        var request = new ProtobufMessage(body.ToArray());
        switch (context.Request.Path.Value)
        {
            case "/v1/traces":
                Take(request, (resource, source, span) => _spans.Enqueue(new(
                    resource.GetValueOrDefault("service.name", ""), source, span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), span.Attributes(9), resource, span.Messages(15).Any(status => status.Number(3) == 2))));
                break;
            case "/v1/metrics":
                Take(request, (_, _, metric) => _metrics[metric.Text(1)] = 0);
                break;
            case "/v1/logs":
                Take(request, (_, _, log) => _logs.Enqueue(string.Concat(log.Messages(5).Select(b => b.Text(1)))));
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }
        context.Response.ContentType = "application/x-protobuf";
    }

    // The three have the same shape: resources, in them scopes, in them what it is about.
    private static void Take(ProtobufMessage request, Action<IReadOnlyDictionary<string, string>, string, ProtobufMessage> each)
    {
        foreach (var one in request.Messages(1))
        {
            var resource = one.Messages(1).FirstOrDefault()?.Attributes(1) ?? new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var scope in one.Messages(2))
            {
                var source = scope.Messages(1).FirstOrDefault()?.Text(1) ?? "";
                foreach (var item in scope.Messages(2))
                    each(resource, source, item);
            }
        }
    }
}
