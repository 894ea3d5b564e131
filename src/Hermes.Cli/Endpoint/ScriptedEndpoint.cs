using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hermes.Cli.Endpoint;

/// <summary>An HTTP endpoint that answers by a script, counts, and tells when it has seen enough. For trying things out.</summary>
internal sealed class ScriptedEndpoint : IAsyncDisposable
{
    private const string MessageId = "Hermes-Message-Id";
    private readonly WebApplication _server;
    private readonly AnswerScript _script;
    private readonly RequestRecord? _record;
    private readonly int? _expected;
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _arrivals = -1;

    private ScriptedEndpoint(WebApplication server, AnswerScript script, RequestRecord? record, int? expected) =>
        (_server, _script, _record, _expected) = (server, script, record, expected);

    /// <summary>Where it listens: <c>http://host:port</c>, with the port that was given where 0 was asked for.</summary>
    public string Address => _server.Urls.First();

    /// <summary>What came until now.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Ends when the expected number of distinct messages was answered 2xx.</summary>
    public Task Enough => _enough.Task;

    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<ScriptedEndpoint> StartAsync(
        IPEndPoint listen, AnswerScript script, RequestRecord? record, int? expected, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            kestrel.Listen(listen, options => options.Protocols = HttpProtocols.Http1);
        });
        var endpoint = new ScriptedEndpoint(builder.Build(), script, record, expected);
        endpoint._server.Run(endpoint.AnswerAsync);
        try
        {
            await endpoint._server.StartAsync(cancellationToken);
            return endpoint;
        }
        catch
        {
            await endpoint.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets answers on their way go out, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _record?.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var number = Interlocked.Increment(ref _arrivals);
        var status = _script.StatusFor(number);
        context.Response.StatusCode = status;
        _record?.Write(number, context.Request, body.GetBuffer().AsSpan(0, (int)body.Length), status);
        await context.Response.CompleteAsync(); // counted once it is on its way, so that the last answer is not cut off
        var id = context.Request.Headers[MessageId];
        if (Tally.Add(id.Count > 0 ? id[0] : null, status) >= _expected)
            _enough.TrySetResult();
    }
}
