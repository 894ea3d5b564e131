using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>A member joins the next generation of its group.</summary>
internal sealed class JoinGroupApi(GroupCoordinator groups) : ApiHandler<JoinGroupRequest, JoinGroupResponse>
{
    private const short FirstVersionWithNullProtocol = 7;

    protected override async ValueTask<JoinGroupResponse?> HandleAsync(
        JoinGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var response = await groups.JoinAsync(request, context).WaitAsync(cancellationToken);
        if (response.ErrorCode is not KafkaError.None)
            response.ProtocolName = context.Version < FirstVersionWithNullProtocol ? "" : null;
        return response;
    }
}
