using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Groups with their members.</summary>
internal sealed class DescribeGroupsApi(GroupCoordinator groups) : ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse>
{
    protected override ValueTask<DescribeGroupsResponse?> HandleAsync(
        DescribeGroupsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DescribeGroupsResponse { Groups = request.Groups.ConvertAll(groups.Describe) });
}
