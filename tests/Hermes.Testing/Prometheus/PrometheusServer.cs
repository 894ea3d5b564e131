using System.Text.Json;
using Hermes.Testing.Processes;

namespace Hermes.Testing.Prometheus;

/// <summary>A real Prometheus (Debian's package) of a test's own, which scrapes every second.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private ChildProcess? _process;

    /// <summary>Whether the package is there.</summary>
    public static bool IsInstalled => File.Exists("/usr/bin/prometheus");

    /// <summary>Starts it.</summary>
    /// <param name="jobs">Each job with the authority that it scrapes at <c>/status/prometheus</c>.</param>
    /// <param name="rules">The file of alert rules.</param>
    public static async Task<PrometheusServer> StartAsync(IReadOnlyDictionary<string, string> jobs, string rules)
    {
        var server = new PrometheusServer();
        var port = FreePorts.Take(1)[0];
        var configuration = new System.Text.StringBuilder($"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{rules}']\nscrape_configs:\n");
        foreach (var (job, target) in jobs)
            configuration.Append($"  - {{job_name: {job}, metrics_path: /status/prometheus, static_configs: [{{targets: ['{target}']}}]}}\n");
        await File.WriteAllTextAsync(server._folder.File("prometheus.yml"), configuration.ToString());
        server._process = ChildProcess.Start("/usr/bin/prometheus",
        [
            $"--config.file={server._folder.File("prometheus.yml")}", $"--storage.tsdb.path={server._folder.File("data")}", $"--web.listen-address=127.0.0.1:{port}",
        ]);
        server._http.BaseAddress = new($"http://127.0.0.1:{port}/");
        await server._process.WhenOutputAsync("Server is ready", TimeSpan.FromMinutes(1));
        return server;
    }

    /// <summary>What a query gives now: the vector's elements.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string query) =>
        [.. (await GetAsync($"api/v1/query?query={Uri.EscapeDataString(query)}")).GetProperty("result").EnumerateArray()];

    /// <summary>Every alert rule as it stands: name, query, state, health.</summary>
    public async Task<IReadOnlyList<(string Name, string Query, string State, string Health)>> RulesAsync() =>
    [
        .. (await GetAsync("api/v1/rules?type=alert")).GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray())
            .Select(r => (r.GetProperty("name").GetString()!, r.GetProperty("query").GetString()!, r.GetProperty("state").GetString()!, r.GetProperty("health").GetString()!)),
    ];

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"Prometheus refuses {Uri.UnescapeDataString(path)}: {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("data").Clone();
    }
}
