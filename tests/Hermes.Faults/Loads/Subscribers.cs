using System.Net;
using Hermes.Faults.Accounts;
using Hermes.Faults.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hermes.Faults.Loads;

/// <summary>The endpoints of all subscriptions, one path each: what they take goes into the ledger.</summary>
internal sealed class Subscribers : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _closing = new();
    private readonly Switchboard _board;
    private readonly Ledger _ledger;
    private int _requests;

    private Subscribers(WebApplication server, Switchboard board, Ledger ledger) => (_server, _board, _ledger) = (server, board, ledger);

    /// <summary>How it answers.</summary>
    public Mood Mood { get; set; }

    /// <summary>One of so many requests is refused at first, so that retries are always under way; 0: none.</summary>
    public int RefuseOneOf { get; init; } = 50;

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    public static async Task<Subscribers> StartAsync(Switchboard board, Ledger ledger)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var subscribers = new Subscribers(builder.Build(), board, ledger);
        subscribers._server.Run(subscribers.ServeAsync);
        await subscribers._server.StartAsync();
        subscribers.Port = new Uri(subscribers._server.Urls.Single()).Port;
        return subscribers;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _server.DisposeAsync();
        _closing.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var mood = Mood;
        if (mood is Mood.Hanging)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _closing.Token);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
            }
            return;
        }
        if (mood is Mood.Refusing || (RefuseOneOf > 0 && Interlocked.Increment(ref _requests) % RefuseOneOf == 0))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        string? Header(string name) => context.Request.Headers[name] is [{ } value, ..] ? value : null;
        _ledger.Deliver(context.Request.Path.Value!.Trim('/'), Header("Hermes-Message-Id") ?? "", _board.OriginOf(context.Connection.RemotePort), Header("Hermes-Retransmission-Id"));
    }
}
