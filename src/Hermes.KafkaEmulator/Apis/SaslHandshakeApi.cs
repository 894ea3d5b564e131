using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Tells a client that wants to authenticate what a broker without security tells it.</summary>
internal sealed class SaslHandshakeApi : ApiHandler<SaslHandshakeRequest, SaslHandshakeResponse>
{
    protected override ValueTask<SaslHandshakeResponse?> HandleAsync(
        SaslHandshakeRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new SaslHandshakeResponse { ErrorCode = KafkaError.IllegalSaslState });
}
