using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>A member fetches its share, and the leader hands them out.</summary>
internal sealed class SyncGroupApi(GroupCoordinator groups) : ApiHandler<SyncGroupRequest, SyncGroupResponse>
{
    private const short FirstVersionThatNamesProtocol = 5;

    protected override async ValueTask<SyncGroupResponse?> HandleAsync(
        SyncGroupRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (context.Version >= FirstVersionThatNamesProtocol && (request.ProtocolType is null || request.ProtocolName is null))
            return new SyncGroupResponse { ErrorCode = KafkaError.InconsistentGroupProtocol };
        return await groups.SyncAsync(request).WaitAsync(cancellationToken);
    }
}
