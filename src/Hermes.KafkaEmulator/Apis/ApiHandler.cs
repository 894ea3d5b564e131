using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>A handler whose API key and versions are those of its messages.</summary>
internal abstract class ApiHandler<TRequest, TResponse> : IApiHandler
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    public ApiKey Key => (ApiKey)TRequest.MessageKey;

    public virtual short LowestVersion => TRequest.LowestVersion;

    public virtual short HighestVersion => TRequest.HighestVersion;

    public short FirstFlexibleVersion => TRequest.FirstFlexibleVersion;

    public async ValueTask<IMessage?> HandleAsync(ProtocolReader body, RequestContext context, CancellationToken cancellationToken) =>
        await HandleAsync(TRequest.Read(body, context.Version), context, cancellationToken);

    /// <summary>Carries the request out. A field that the response's version cannot carry must keep its default, as in Kafka,
    /// unless the schema lets it be dropped.</summary>
    /// <returns>The response, or null when the request wants none.</returns>
    protected abstract ValueTask<TResponse?> HandleAsync(TRequest request, RequestContext context, CancellationToken cancellationToken);
}
