using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Deletes groups that have no members.</summary>
internal sealed class DeleteGroupsApi(GroupCoordinator groups) : ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse>
{
    protected override ValueTask<DeleteGroupsResponse?> HandleAsync(
        DeleteGroupsRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new DeleteGroupsResponse
        {
            Results = request.GroupsNames.ConvertAll(id =>
                new DeleteGroupsResponse.DeletableGroupResult { GroupId = id, ErrorCode = groups.Delete(id) }),
        });
}
