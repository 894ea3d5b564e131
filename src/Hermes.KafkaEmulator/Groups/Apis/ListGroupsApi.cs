using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Which groups there are.</summary>
internal sealed class ListGroupsApi(GroupCoordinator groups) : ApiHandler<ListGroupsRequest, ListGroupsResponse>
{
    protected override ValueTask<ListGroupsResponse?> HandleAsync(
        ListGroupsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new ListGroupsResponse { Groups = groups.List(request.StatesFilter, request.TypesFilter) });
}
