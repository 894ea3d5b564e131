using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Confluent.Kafka;
using Hermes.Testing.Processes;

namespace Hermes.Bench.Delivery;

/// <summary>
/// The yardstick: what anybody would write in an afternoon. A plain consume loop of Confluent.Kafka, each record posted through
/// SocketsHttpHandler, so many at once; no ledger, no retries, no judgement, no commits.
/// </summary>
internal static class RawLoop
{
    /// <summary>Starts it in a process of its own, with a loop for each subscription.</summary>
    public static ChildProcess Start(string servers, string topic, string group, Uri sink, BenchmarkSettings settings) => Benchmark.Start(
        "delivery-raw", servers, topic, group, $"{sink}raw", settings.InFlight.ToString(CultureInfo.InvariantCulture), settings.Subscriptions.ToString(CultureInfo.InvariantCulture));

    /// <param name="arguments">Bootstrap servers, topic, group, endpoint, requests at once, and how many such loops.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var servers, var topic, var group, var endpoint, var atOnce, var loops]) return 2;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
        await Task.WhenAny(Enumerable.Range(0, int.Parse(loops, CultureInfo.InvariantCulture)).Select(number => Task.Factory.StartNew(
            () => Consume(http, servers, topic, $"{group}-{number}", new(endpoint), int.Parse(atOnce, CultureInfo.InvariantCulture)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return 1; // none of them ends by itself
    }

    private static void Consume(HttpMessageInvoker http, string servers, string topic, string group, Uri address, int atOnce)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = servers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        consumer.Subscribe(topic);
        using var slots = new SemaphoreSlim(atOnce);
        var json = new MediaTypeHeaderValue("application/json");
        while (true)
        {
            slots.Wait();
            var record = consumer.Consume(CancellationToken.None); // ends with the process, which the benchmark kills
            _ = PostAsync(http, slots, address, json, record.Message);
        }
    }

    private static async Task PostAsync(HttpMessageInvoker http, SemaphoreSlim slots, Uri address, MediaTypeHeaderValue json, Message<byte[]?, byte[]> message)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(message.Value) };
            request.Content.Headers.ContentType = json;
            if (message.Headers.TryGetLastBytes("id", out var id)) request.Headers.TryAddWithoutValidation("Hermes-Message-Id", Encoding.UTF8.GetString(id));
            using var response = await http.SendAsync(request, CancellationToken.None);
            if (response.StatusCode is not HttpStatusCode.OK) throw new HttpRequestException($"The sink answered {response.StatusCode}.");
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            Environment.Exit(1); // a yardstick that loses messages measures nothing
        }
        finally
        {
            slots.Release();
        }
    }
}
