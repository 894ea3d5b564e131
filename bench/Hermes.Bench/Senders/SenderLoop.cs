using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Hermes.Delivery;
using Hermes.Delivery.Networks;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hermes.Bench.Senders;

/// <summary>Sends the same request over and over, so many at once, until it is killed: by our sender, or by the yardstick, a bare
/// loop over <see cref="SocketsHttpHandler"/>.</summary>
internal static class SenderLoop
{
    /// <param name="arguments">Which way, the sink's port, requests at once, bytes of a body.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var way, var port, var atOnce, var size]) return 2;
        var address = new Uri($"http://127.0.0.1:{port}/orders/new");
        var body = Encoding.ASCII.GetBytes(new string('x', int.Parse(size, CultureInfo.InvariantCulture)));
        Func<Task> send = way == SenderBenchmark.Yardstick ? Bare(address, body) : Ours(address, body);
        await Task.WhenAll(Enumerable.Range(0, int.Parse(atOnce, CultureInfo.InvariantCulture)).Select(_ => Task.Run(async () =>
        {
            while (true) await send();
        })));
        return 0;
    }

    private static Func<Task> Ours(Uri address, byte[] body)
    {
        var options = new DeliveryOptions { AllowLoopback = true };
        var connector = new Connector(new SystemNames(), new(options), options.ConnectTimeout, TimeProvider.System, static _ => { }, new());
        var sender = new HandlerSender(new(options, connector, new TlsFiles(options, NullLogger<TlsFiles>.Instance, TimeProvider.System)));
        var headers = new HeaderBlock([new("Keep-Alive", "true"), new("Hermes-Topic-Name", "shop.orders")]);
        return async () =>
        {
            var answer = await sender.SendAsync(new() { Address = address, ContentType = "application/json", Fixed = headers, MessageId = "0197ef7e-1c2f-7a54-b0c7-3c1c5bb7f0d1", Attempts = 0, Body = body }, CancellationToken.None);
            if (answer.Status != 200) Fail(answer.ToString());
        };
    }

    private static Func<Task> Bare(Uri address, byte[] body)
    {
        var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        var json = new MediaTypeHeaderValue("application/json");
        return async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = json;
            request.Headers.TryAddWithoutValidation("Hermes-Message-Id", "0197ef7e-1c2f-7a54-b0c7-3c1c5bb7f0d1");
            using var response = await http.SendAsync(request, CancellationToken.None);
            if (!response.IsSuccessStatusCode) Fail(response.ToString());
        };
    }

    private static void Fail(string answer)
    {
        Console.Error.WriteLine($"The sink answered {answer}.");
        Environment.Exit(1); // a loop that loses messages measures nothing
    }
}
