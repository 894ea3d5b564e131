using System.Net;
using System.Text.Json;
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
    private readonly Func<string, Ledger> _ledgerOf;
    private int _requests;

    private Subscribers(WebApplication server, Switchboard board, Func<string, Ledger> ledgerOf) => (_server, _board, _ledgerOf) = (server, board, ledgerOf);

    /// <summary>How it answers.</summary>
    public Mood Mood { get; set; }

    /// <summary>One of so many requests is refused at first, so that retries are always under way; 0: none.</summary>
    public int RefuseOneOf { get; init; } = 50;

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <param name="board">Whose connection each is.</param>
    /// <param name="ledgerOf">The ledger of a subscription's topic, by the subscription's name.</param>
    public static async Task<Subscribers> StartAsync(Switchboard board, Func<string, Ledger> ledgerOf)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var subscribers = new Subscribers(builder.Build(), board, ledgerOf);
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
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        string? Header(string name) => context.Request.Headers[name] is [{ } value, ..] ? value : null;
        var subscription = context.Request.Path.Value!.Trim('/');
        var ids = Header("Hermes-Batch-Id") is null ? [Header("Hermes-Message-Id") ?? ""] : IdsOf(body.ToArray());
        var origin = _board.OriginOf(context.Connection.RemotePort);
        var ledger = _ledgerOf(subscription);
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
        if (subscription == Subscribed.Letters.Name && JsonMessages.RefusalOf(body.ToArray()) is { } refusal)
        {
            context.Response.StatusCode = refusal;
            return;
        }
        foreach (var id in ids)
            ledger.Deliver(subscription, id, origin, Header("Hermes-Retransmission-Id"));
    }

    private static List<string> IdsOf(byte[] batch)
    {
        using var messages = JsonDocument.Parse(batch);
        return [.. messages.RootElement.EnumerateArray().Select(m => m.GetProperty("metadata").GetProperty("id").GetString()!)];
    }
}
