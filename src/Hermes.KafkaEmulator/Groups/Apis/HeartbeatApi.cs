using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups.Apis;

/// <summary>A member's sign of life.</summary>
internal sealed class HeartbeatApi(GroupCoordinator groups) : ApiHandler<HeartbeatRequest, HeartbeatResponse>
{
    protected override ValueTask<HeartbeatResponse?> HandleAsync(
        HeartbeatRequest request, RequestContext context, CancellationToken cancellationToken) =>
        new(new HeartbeatResponse { ErrorCode = groups.Heartbeat(request) });
}
