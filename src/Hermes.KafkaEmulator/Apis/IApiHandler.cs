using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>
/// One API key. Derive from <see cref="ApiHandler{TRequest,TResponse}"/> in a file of its own and add the handler in
/// <see cref="ApiTable"/>; ApiVersions announces it from there.
/// </summary>
internal interface IApiHandler
{
    ApiKey Key { get; }

    short LowestVersion { get; }

    short HighestVersion { get; }

    short FirstFlexibleVersion { get; }

    /// <summary>Reads the request's body, carries it out, and gives the response to write; null when the request wants none.</summary>
    /// <param name="body">Stands behind the header.</param>
    /// <param name="context">Where the request came from and in which version.</param>
    /// <param name="cancellationToken">Fires when the server stops.</param>
    /// <exception cref="MalformedMessageException">The bytes are not this request; the connection is closed.</exception>
    ValueTask<IMessage?> HandleAsync(ProtocolReader body, RequestContext context, CancellationToken cancellationToken);
}
