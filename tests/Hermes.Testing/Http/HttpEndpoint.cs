using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hermes.Testing.Http;

/// <summary>A subscriber's endpoint on loopback: real HTTP/1.1, records what it gets, answers by script, and can hold its answers back.</summary>
/// <remarks>Unless told otherwise it answers 200. Scripted answers are used up in the order of arrival, then <see cref="Answer"/> decides.</remarks>
public sealed class HttpEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication _server;
    private readonly string _scheme;
    private readonly Lock _gate = new();
    private readonly List<ReceivedRequest> _requests = [];
    private readonly Queue<ScriptedAnswer> _script = new();
    private readonly CancellationTokenSource _closing = new();
    private TaskCompletionSource _news = NewSignal();
    private TaskCompletionSource? _held;

    private HttpEndpoint(WebApplication server, string scheme) => (_server, _scheme) = (server, scheme);

    /// <summary>Host and port.</summary>
    public string Authority { get; private set; } = "";

    /// <summary>The address of the root: <c>http://127.0.0.1:port/</c>.</summary>
    public string Address => $"{_scheme}://{Authority}/";

    /// <summary>What decides once the script is used up.</summary>
    public Func<ReceivedRequest, ScriptedAnswer> Answer { get; set; } = static _ => 200;

    /// <summary>Connections that were opened so far.</summary>
    public int Connections { get; private set; }

    /// <summary>All requests so far, in the order in which their bodies were complete.</summary>
    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <param name="options">How it listens; plain HTTP/1.1 on 127.0.0.1 by default.</param>
    public static async Task<HttpEndpoint> StartAsync(EndpointOptions? options = null)
    {
        options ??= new();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        HttpEndpoint? endpoint = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Address, options.Port, listen =>
        {
            listen.Protocols = options.Protocols;
            if (options.Tls is { } tls) listen.UseHttps(tls);
            listen.Use(next => connection =>
            {
                lock (endpoint!._gate) endpoint.Connections++;
                return next(connection);
            });
        }));
        endpoint = new HttpEndpoint(builder.Build(), options.Tls is null ? "http" : "https");
        endpoint._server.Run(endpoint.ServeAsync);
        await endpoint._server.StartAsync();
        endpoint.Authority = new Uri(endpoint._server.Urls.Single()).Authority;
        return endpoint;
    }

    /// <summary>The next requests get these answers, one each.</summary>
    public void Script(params ReadOnlySpan<ScriptedAnswer> answers)
    {
        lock (_gate)
            foreach (var answer in answers)
                _script.Enqueue(answer);
    }

    /// <summary>From now on requests are recorded but not answered, until <see cref="Release"/>.</summary>
    public void Hold()
    {
        lock (_gate) _held ??= NewSignal();
    }

    /// <summary>Answers all that is held, and what comes.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _held?.TrySetResult();
            _held = null;
        }
    }

    /// <summary>Waits until at least so many requests came.</summary>
    /// <exception cref="TimeoutException">They did not come; the text says how many did.</exception>
    public async Task<IReadOnlyList<ReceivedRequest>> WhenReceivedAsync(int count, TimeSpan? within = null)
    {
        using var deadline = new CancellationTokenSource(within ?? Patience, TimeProvider.System);
        while (true)
        {
            Task news;
            lock (_gate)
            {
                if (_requests.Count >= count) return [.. _requests];
                news = _news.Task;
            }

            try
            {
                await news.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"The endpoint got {Requests.Count} of {count} requests within {within ?? Patience}.", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Release();
        await _server.DisposeAsync();
        _closing.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var headers = context.Request.Headers
            .SelectMany(header => header.Value, (header, value) => new KeyValuePair<string, string>(header.Key, value ?? "")).ToArray();
        var request = new ReceivedRequest(context.Request.Method, target, headers, body.ToArray(), Stopwatch.GetTimestamp())
        {
            Protocol = context.Request.Protocol,
            ClientCertificate = context.Connection.ClientCertificate?.Subject,
        };
        ScriptedAnswer? answer;
        Task? held;
        lock (_gate)
        {
            _script.TryDequeue(out answer);
            held = _held?.Task;
            _requests.Add(request);
            var said = _news;
            _news = NewSignal();
            said.TrySetResult();
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
        if (held is not null) await held.WaitAsync(end.Token);
        answer ??= Answer(request);
        if (answer.After > TimeSpan.Zero) await Task.Delay(answer.After, TimeProvider.System, end.Token);
        if (answer.Hang) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token);
        if (answer.Cut)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Header is { } header) context.Response.Headers[header.Key] = header.Value;
        if (answer.Body.Length > 0) await context.Response.WriteAsync(answer.Body, end.Token);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
