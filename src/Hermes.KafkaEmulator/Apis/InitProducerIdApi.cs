using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;
using Hermes.KafkaEmulator.Topics;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Gives an idempotent producer its id. Transactions are refused for good, so that a client does not go on asking.</summary>
internal sealed class InitProducerIdApi(ProducerIds producers) : ApiHandler<InitProducerIdRequest, InitProducerIdResponse>
{
    protected override ValueTask<InitProducerIdResponse?> HandleAsync(
        InitProducerIdRequest request, RequestContext context, CancellationToken cancellationToken) => new(
            request.TransactionalId is null
                ? new InitProducerIdResponse { ProducerId = producers.Next(), ProducerEpoch = 0 }
                : new InitProducerIdResponse { ErrorCode = KafkaError.TransactionalIdAuthorizationFailed, ProducerEpoch = -1 });
}
