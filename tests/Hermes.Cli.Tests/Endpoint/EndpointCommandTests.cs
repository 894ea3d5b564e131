using System.Text.Json.Nodes;
using Hermes.Testing;
using Hermes.Testing.Processes;

namespace Hermes.Cli.Tests.Endpoint;

/// <summary>The endpoint over real HTTP.</summary>
public sealed class EndpointCommandTests
{
    [Fact]
    public async Task Ends_with_0_once_the_expected_messages_were_taken_and_counts_repeats_and_statuses()
    {
        using var folder = new TemporaryFolder();
        var record = folder.File("requests.jsonl");
        var (address, run) = await StartAsync("--answer", "503:2,200", "--expect", "2", "--timeout", "30", "--record", record);
        using var http = new HttpClient();
        Assert.Equal(503, await PostAsync(http, address, "m1", """{"n":1}"""));
        Assert.Equal(503, await PostAsync(http, address, "m2", """{"n":2}"""));
        Assert.Equal(200, await PostAsync(http, address, "m1", """{"n":1}"""));
        Assert.Equal(200, await PostAsync(http, address, "m1", """{"n":1}"""));
        Assert.Equal(200, await PostAsync(http, address, "m2", """{"n":2}"""));

        var ended = (await run).Succeeded();
        Assert.Equal("distinct=2 repeats=1 requests=5 200=3 503=2", ended.Output.Trim());
        var lines = File.ReadAllLines(record).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(5, lines.Count);
        Assert.Equal("""{"n":2}""", lines[1]["body"]!.ToString());
        Assert.Equal("/sink?x=1", lines[1]["target"]!.ToString());
        Assert.Contains(lines[1]["headers"]!.AsArray(), h => h!["name"]!.ToString() == "Hermes-Message-Id" && h["value"]!.ToString() == "m2");
        Assert.Equal(503, lines[1]["status"]!.GetValue<int>());
    }

    [Fact]
    public async Task Ends_with_1_when_the_expected_messages_do_not_come_in_time()
    {
        var run = await CommandRun.OfAsync("endpoint", "--listen", "127.0.0.1:0", "--expect", "1", "--timeout", "0.2", "--json");
        run.Failed(ExitCode.Failed, "0 of 1 messages came within 0.2 s.");
        Assert.Equal(0, run.Json["distinct"]!.GetValue<int>());
    }

    [Fact]
    public async Task Ends_with_0_at_its_time_when_nothing_is_expected() =>
        Assert.StartsWith("distinct=0", (await CommandRun.OfAsync("endpoint", "--listen", "127.0.0.1:0", "--timeout", "0.1")).Succeeded().Output, StringComparison.Ordinal);

    [Fact]
    public async Task Says_so_when_its_address_is_taken()
    {
        var (address, first) = await StartAsync("--timeout", "10", "--expect", "1");
        using var http = new HttpClient();
        (await CommandRun.OfAsync("endpoint", "--listen", new Uri(address).Authority, "--timeout", "1")).Failed(ExitCode.Failed, "address already in use");
        await PostAsync(http, address, "m", "{}");
        (await first).Succeeded();
    }

    private static async Task<(string Address, Task<CommandRun> Run)> StartAsync(params string[] arguments)
    {
        const string Listening = "Listening on ";
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(Stream.Null, output, TextWriter.Synchronized(error), Width: null);
        var code = HermesCommand.RunAsync(["endpoint", "--listen", "127.0.0.1:0", .. arguments], terminal, CancellationToken.None);
        await Until.TrueAsync(() => code.IsCompleted || error.ToString().Contains('\n', StringComparison.Ordinal), "the endpoint listens");
        Assert.StartsWith(Listening, error.ToString(), StringComparison.Ordinal);
        return (error.ToString()[Listening.Length..].Trim(), FinishAsync());

        async Task<CommandRun> FinishAsync() => new(await code, output.ToString(), error.ToString());
    }

    private static async Task<int> PostAsync(HttpClient http, string address, string id, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/sink?x=1") { Content = new StringContent(body) };
        request.Headers.Add("Hermes-Message-Id", id);
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
