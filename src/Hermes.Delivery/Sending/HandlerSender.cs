using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Hermes.Delivery.Sending;

/// <summary>Sends through an HTTP handler of the framework: every version of HTTP, TLS, and connections pooled by host.</summary>
internal sealed class HandlerSender(Handlers handlers) : ISender
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly string[] SmallCounts = [.. Enumerable.Range(0, 64).Select(count => count.ToString(CultureInfo.InvariantCulture))];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> SendAsync(SendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var message = Message(request);
            // The status decides. What the endpoint says beyond it is dropped, within the handler's limits for that.
            using var response = await handlers.Current.SendAsync(message, cancellationToken);
            var status = (int)response.StatusCode;
            return Answer.Of(status, Answer.MayAskForPause(status) ? RetryAfter(response) : null);
        }
        catch (HttpRequestException e)
        {
            return SenderFaults.Of(e);
        }
    }

    public void Dispose() => handlers.Dispose();

    private static HttpRequestMessage Message(in SendRequest request)
    {
        var content = new ReadOnlyMemoryContent(request.Body);
        content.Headers.ContentType = request.ContentType == Json.MediaType ? Json : new MediaTypeHeaderValue(request.ContentType);
        var message = new HttpRequestMessage(HttpMethod.Post, request.Address)
        {
            Version = request.Protocol is HttpProtocol.Http1 ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = request.Protocol is HttpProtocol.Http2 ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.Host = request.Host;
        AddAll(message, request.Metadata);
        if (request.MessageId is { } id) message.Headers.TryAddWithoutValidation("Hermes-Message-Id", id);
        message.Headers.TryAddWithoutValidation("Hermes-Retry-Count", Count(request.Attempts));
        AddAll(message, request.Own);
        AddAll(message, request.Fixed.Headers);
        return message;
    }

    private static void AddAll(HttpRequestMessage message, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            var (name, value) = headers[i];
            // Names such as Content-Language belong to the body in this library, and on the wire to the same list.
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content!.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static string Count(int attempts) => attempts < SmallCounts.Length ? SmallCounts[attempts] : attempts.ToString(CultureInfo.InvariantCulture);

    private static string? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
            foreach (var value in values)
                return value;
        return null;
    }
}
