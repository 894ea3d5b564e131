using System.Net;
using System.Text.Json;

namespace Hermes.Testing.Http;

/// <summary>Reads the status pages of a worker.</summary>
public sealed class StatusReader(string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new(address), Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Host and port.</summary>
    public string Authority => _http.BaseAddress!.Authority;

    /// <summary>A page's status and text.</summary>
    public async Task<(HttpStatusCode Code, string Text)> ReadAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A page's status and JSON.</summary>
    public async Task<(HttpStatusCode Code, JsonElement Json)> ReadJsonAsync(string path)
    {
        var (code, text) = await ReadAsync(path);
        using var document = JsonDocument.Parse(text);
        return (code, document.RootElement.Clone());
    }

    public void Dispose() => _http.Dispose();
}
