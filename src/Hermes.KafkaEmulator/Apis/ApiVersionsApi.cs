using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Which APIs are served, and in which versions: a client's first question.</summary>
internal sealed class ApiVersionsApi(Func<IEnumerable<IApiHandler>> apis) : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    /// <summary>The answer to a version that is not served, written as version 0 so that every client can read it and ask again.</summary>
    public static ApiVersionsResponse Unsupported { get; } = new()
    {
        ErrorCode = KafkaError.UnsupportedVersion,
        ApiKeys =
        [
            new()
            {
                ApiKey = ApiVersionsRequest.MessageKey,
                MinVersion = ApiVersionsRequest.LowestVersion,
                MaxVersion = ApiVersionsRequest.HighestVersion,
            },
        ],
    };

    protected override ValueTask<ApiVersionsResponse?> HandleAsync(
        ApiVersionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // From version 3 a client names its software, and Kafka refuses a name that it could not show in a metric.
        if (context.Version >= 3 && !(IsName(request.ClientSoftwareName) && IsName(request.ClientSoftwareVersion)))
            return new(new ApiVersionsResponse { ErrorCode = KafkaError.InvalidRequest });
        var response = new ApiVersionsResponse();
        foreach (var api in apis().OrderBy(api => api.Key))
            response.ApiKeys.Add(new() { ApiKey = (short)api.Key, MinVersion = api.LowestVersion, MaxVersion = api.HighestVersion });
        return new(response);
    }

    private static bool IsName(string text)
    {
        static bool Inner(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.';
        return text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && text.All(Inner);
    }
}
