using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Apis;

/// <summary>Which brokers there are, for tools.</summary>
internal sealed class DescribeClusterApi(BrokerIdentity broker) : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    protected override ValueTask<DescribeClusterResponse?> HandleAsync(
        DescribeClusterRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.EndpointType != Brokers)
        {
            return new(new DescribeClusterResponse
            {
                ErrorCode = request.EndpointType == Controllers ? KafkaError.MismatchedEndpointType : KafkaError.UnsupportedEndpointType,
                ErrorMessage = $"This is an endpoint of brokers, not of kind {request.EndpointType}.",
            });
        }

        return new(new DescribeClusterResponse
        {
            ErrorMessage = null,
            ClusterId = broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Brokers = [new() { BrokerId = BrokerIdentity.NodeId, Host = broker.Host, Port = broker.Port }],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? BrokerIdentity.ClusterOperations : int.MinValue,
        });
    }
}
