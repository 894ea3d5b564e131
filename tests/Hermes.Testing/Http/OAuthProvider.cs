using System.Globalization;
using Hermes.Shared.Registry;

namespace Hermes.Testing.Http;

/// <summary>An OAuth provider on loopback: issues <c>token-1</c>, <c>token-2</c>, and so on; can hold its answers back and answer by script.</summary>
public sealed class OAuthProvider : IAsyncDisposable
{
    private readonly HttpEndpoint _server;
    private int _issued;

    private OAuthProvider(HttpEndpoint server)
    {
        _server = server;
        server.Answer = _ => new ScriptedAnswer(200) { Body = Token(Interlocked.Increment(ref _issued)) };
    }

    /// <summary>Seconds that its tokens are good for; null: it does not say.</summary>
    public int? ExpiresIn { get; set; }

    /// <summary>The server itself: requests, script, <see cref="HttpEndpoint.Hold"/>.</summary>
    public HttpEndpoint Server => _server;

    public static async Task<OAuthProvider> StartAsync() => new(await HttpEndpoint.StartAsync());

    /// <summary>Its document, as management writes it.</summary>
    public OAuthProviderDocument Document(int initialDelay = 1, int maxDelay = 5, int requestTimeout = 10_000, string clientId = "c") => new()
    {
        Name = "idp",
        TokenEndpoint = _server.Address + "token",
        ClientId = clientId,
        ClientSecret = "topsecret&1",
        TokenRequestInitialDelay = initialDelay,
        TokenRequestMaxDelay = maxDelay,
        RequestTimeout = requestTimeout,
    };

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private string Token(int number) => ExpiresIn is { } seconds
        ? string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"token-{{number}}","token_type":"bearer","expires_in":{{seconds}}}""")
        : string.Create(CultureInfo.InvariantCulture, $$"""{"access_token":"token-{{number}}"}""");
}
