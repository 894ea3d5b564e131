using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>Members leave their group.</summary>
internal sealed class LeaveGroupApi(GroupCoordinator groups) : ApiHandler<LeaveGroupRequest, LeaveGroupResponse>
{
    // Before, a request carried one member and its error was the request's.
    private const short FirstVersionOfManyMembers = 3;

    protected override ValueTask<LeaveGroupResponse?> HandleAsync(
        LeaveGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version < FirstVersionOfManyMembers)
        {
            var (refusal, results) = groups.Leave(request.GroupId, [(request.MemberId, null)]);
            return new(new LeaveGroupResponse { ErrorCode = refusal is KafkaError.None ? results[0] : refusal });
        }

        var (error, members) = groups.Leave(
            request.GroupId, request.Members.ConvertAll(member => (member.MemberId, member.GroupInstanceId)));
        return new(new LeaveGroupResponse
        {
            ErrorCode = error,
            Members = [.. request.Members.Zip(members, (asked, result) => new LeaveGroupResponse.MemberResponse
            {
                MemberId = asked.MemberId,
                GroupInstanceId = asked.GroupInstanceId,
                ErrorCode = result,
            })],
        });
    }
}
