using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hermes.Delivery.Sending;
using Hermes.Delivery.Telemetry;
using Hermes.Shared.Registry;

namespace Hermes.Delivery.OAuth;

/// <summary>Asks providers for tokens, by connections of its own. Never throws, never shows a secret.</summary>
internal sealed class TokenClient(Handlers handlers, DeliveryMetrics metrics, TimeProvider clock) : IDisposable
{
    private const int LongestAnswer = 64 * 1024;
    private readonly CancellationTokenSource _closing = new();
    private bool _closed;

    /// <summary>One request, bounded by the provider's time-outs.</summary>
    public async Task<TokenAnswer> RequestAsync(OAuthProviderDocument provider, OAuthGrant grant)
    {
        var started = clock.GetTimestamp();
        var answer = await TryRequestAsync(provider, grant);
        metrics.TokenRequested(provider.Name, answer.Fault is null, clock.GetElapsedTime(started));
        return answer;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, true)) return;
        _closing.Cancel();
        _closing.Dispose();
        handlers.Dispose();
    }

    private async Task<TokenAnswer> TryRequestAsync(OAuthProviderDocument provider, OAuthGrant grant)
    {
        if (!Uri.TryCreate(provider.TokenEndpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            return Failed("its tokenEndpoint is no http address");
        var timeout = TimeSpan.FromMilliseconds(Math.Max(provider.SocketTimeout > 0 ? Math.Min(provider.RequestTimeout, provider.SocketTimeout) : provider.RequestTimeout, 1));
        try
        {
            using var deadline = new CancellationTokenSource(timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _closing.Token);
            using var request = new HttpRequestMessage(HttpMethod.Post, WithQuery(endpoint, provider, grant)) { Content = new ByteArrayContent([]) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
            using var response = await handlers.Current.SendAsync(request, either.Token);
            return response.StatusCode is HttpStatusCode.OK ? await ReadAsync(response, either.Token) : Failed($"status {(int)response.StatusCode}");
        }
        catch (OperationCanceledException)
        {
            return Failed($"no answer within {timeout.TotalMilliseconds} ms");
        }
        catch (HttpRequestException e)
        {
            return Failed(SenderFaults.Of(e) is { Detail: { } detail } ? detail : e.HttpRequestError.ToString());
        }
        catch (Exception e)
        {
            return Failed(e.GetType().Name); // its words may repeat the address, and that holds the secret
        }
    }

    private static async Task<TokenAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestAnswer);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, LongestAnswer), LongestAnswer, throwOnEndOfStream: false, cancellationToken);
            return length < LongestAnswer ? Parse(buffer.AsSpan(0, length)) : Failed("its answer is too long");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static TokenAnswer Parse(ReadOnlySpan<byte> answer)
    {
        try
        {
            var reader = new Utf8JsonReader(answer);
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("access_token", out var token) || token.ValueKind is not JsonValueKind.String)
                return Failed("its answer has no access_token");
            var text = token.GetString()!;
            return text.Length > 0 && HeaderText.IsValue(text) ? new TokenAnswer(text, Lifetime(root), Fault: null) : Failed("its access_token cannot stand in a header");
        }
        catch (JsonException)
        {
            return Failed("its answer is no JSON");
        }
    }

    // A number by the standard; some providers write it as text.
    private static TimeSpan? Lifetime(JsonElement root)
    {
        if (!root.TryGetProperty("expires_in", out var member)) return null;
        var seconds = member.ValueKind switch
        {
            JsonValueKind.Number when member.TryGetDouble(out var number) => number,
            JsonValueKind.String when double.TryParse(member.GetString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
            _ => 0,
        };
        return seconds is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(seconds) : null;
    }

    // In the query, as Hermes does: providers are set up for that.
    private static Uri WithQuery(Uri endpoint, OAuthProviderDocument provider, OAuthGrant grant)
    {
        var query = new StringBuilder(endpoint.Query.TrimStart('?'));
        Add(query, "grant_type", grant.Type);
        Add(query, "scope", grant.Scope);
        Add(query, "client_id", provider.ClientId);
        Add(query, "client_secret", provider.ClientSecret);
        if (grant.Type is "password")
        {
            Add(query, "username", grant.Username);
            Add(query, "password", grant.Password);
        }

        return new UriBuilder(endpoint) { Query = query.ToString() }.Uri;
    }

    private static void Add(StringBuilder query, string name, string? value)
    {
        if (value is null) return;
        if (query.Length > 0) query.Append('&');
        query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }

    private static TokenAnswer Failed(string fault) => new(Token: null, Lifetime: null, fault);
}
