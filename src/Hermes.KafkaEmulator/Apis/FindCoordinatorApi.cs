using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Who coordinates a group: this broker. Nobody coordinates transactions, which are not served.</summary>
internal sealed class FindCoordinatorApi(BrokerIdentity broker) : ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse>
{
    private const sbyte Group = 0;
    private const sbyte Transaction = 1;
    private const short FirstWithMany = 4;

    protected override ValueTask<FindCoordinatorResponse?> HandleAsync(
        FindCoordinatorRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var (error, reason) = request.KeyType switch
        {
            Group => (KafkaError.None, null),
            // An error that clients do not try again.
            Transaction => (KafkaError.TransactionalIdAuthorizationFailed, "Transactions are not served."),
            _ => (KafkaError.InvalidRequest, $"There is no coordinator of kind {request.KeyType}."),
        };
        var (id, host, port) = error is KafkaError.None ? (BrokerIdentity.NodeId, broker.Host, broker.Port) : (-1, "", -1);
        if (context.Version < FirstWithMany)
            return new(new FindCoordinatorResponse { ErrorCode = error, ErrorMessage = reason, NodeId = id, Host = host, Port = port });
        var response = new FindCoordinatorResponse();
        foreach (var key in request.CoordinatorKeys)
            response.Coordinators.Add(new() { Key = key, ErrorCode = error, ErrorMessage = reason, NodeId = id, Host = host, Port = port });
        return new(response);
    }
}
