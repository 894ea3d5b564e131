using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Hermes.Delivery.Sending;

/// <summary>Makes the request of one attempt: the headers of Hermes's delivery contract over the message's bytes.</summary>
internal static class RequestBuilder
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly string[] SmallCounts = [.. Enumerable.Range(0, 64).Select(count => count.ToString(CultureInfo.InvariantCulture))];

    /// <param name="plan">What the subscription asks for.</param>
    /// <param name="message">What goes to it.</param>
    /// <param name="attempts">Attempts already made.</param>
    /// <param name="fault">Why no request can be made of this message; the attempt counts as failed.</param>
    public static HttpRequestMessage? TryBuild(DeliveryPlan plan, Message message, int attempts, out string? fault)
    {
        fault = null;
        if ((plan.Endpoint.Fixed ?? Resolve(plan, message)) is not { } address)
        {
            fault = "the address has a place that the message does not fill";
            return null;
        }

        var content = new ReadOnlyMemoryContent(message.Body);
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = request.Headers;
        var own = plan.OwnHeaders;
        // External metadata comes first and replaces nothing: a name that is there twice makes the request impossible, as in Hermes.
        var metadata = message.ExternalMetadata;
        for (var i = 0; i < metadata.Count; i++)
        {
            var (name, value) = metadata[i];
            if (own.Contains(name) || !TryAdd(request, name, value)) return Refuse(request, name, out fault);
        }

        headers.TryAddWithoutValidation("Keep-Alive", "true");
        if (!IsOneLine(message.Id)) return Refuse(request, "Hermes-Message-Id", out fault);
        headers.TryAddWithoutValidation("Hermes-Message-Id", message.Id);
        headers.TryAddWithoutValidation("Hermes-Retry-Count", attempts < SmallCounts.Length ? SmallCounts[attempts] : attempts.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in plan.FixedHeaders)
            if (!TryAdd(request, name, value))
                return Refuse(request, name, out fault);
        return request;
    }

    private static Uri? Resolve(DeliveryPlan plan, Message message)
    {
        try
        {
            return plan.Endpoint.Template?.Resolve(message.Body);
        }
        catch (Exception)
        {
            return null; // a body that is not JSON fills no place
        }
    }

    private static bool TryAdd(HttpRequestMessage request, string name, string value) =>
        !request.Headers.NonValidated.Contains(name) && IsOneLine(value)
        && (request.Headers.TryAddWithoutValidation(name, value) || TryAddToContent(request.Content!, name, value));

    // Publishers write these values: none may end its header and begin another.
    private static bool IsOneLine(string value) => !value.AsSpan().ContainsAny('\r', '\n', '\0');

    // Names such as Content-Language belong to the body in this library, and on the wire to the same list.
    private static bool TryAddToContent(HttpContent content, string name, string value) =>
        !content.Headers.NonValidated.Contains(name) && content.Headers.TryAddWithoutValidation(name, value);

    private static HttpRequestMessage? Refuse(HttpRequestMessage request, string name, out string fault)
    {
        request.Dispose();
        fault = $"the header {name} cannot be sent, or stands there twice";
        return null;
    }
}
