using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>What members ask once they have joined: for their share, whether all is well, and to leave.</summary>
internal sealed partial class ClassicGroup
{
    public Task<SyncGroupResponse> SyncAsync(SyncGroupRequest request)
    {
        var error = Check(request.MemberId, request.GroupInstanceId, request.GenerationId);
        if (error is KafkaError.None && (Differs(request.ProtocolType, ProtocolType) || Differs(request.ProtocolName, Protocol)))
            error = KafkaError.InconsistentGroupProtocol;
        if (error is KafkaError.None && State is GroupState.PreparingRebalance)
            error = KafkaError.RebalanceInProgress;
        if (error is not KafkaError.None)
            return Task.FromResult(new SyncGroupResponse { ErrorCode = error });

        var member = _members[request.MemberId];
        _unsynced.Remove(member.Id);
        if (State is GroupState.Stable)
        {
            KeepAlive(member);
            return Task.FromResult(Synced(member));
        }

        var answer = member.WhenSyncedAsync();
        if (member.Id == _leader)
            Assign(request.Assignments);
        return answer;
    }

    public KafkaError Heartbeat(HeartbeatRequest request)
    {
        if (Check(request.MemberId, request.GroupInstanceId, request.GenerationId) is var error and not KafkaError.None)
            return error;
        KeepAlive(_members[request.MemberId]);
        return State is GroupState.PreparingRebalance ? KafkaError.RebalanceInProgress : KafkaError.None;
    }

    public KafkaError Leave(string memberId, string? instanceId)
    {
        if (instanceId is null && _pending.Remove(memberId, out var expiry))
        {
            expiry.Clear();
            if (State is GroupState.PreparingRebalance)
                CompleteJoinPhaseIfAllJoined();
            return KafkaError.None;
        }

        // An administrator removes a static member by its instance's name alone.
        if (memberId.Length == 0 && instanceId is not null && _instances.TryGetValue(instanceId, out var current))
            memberId = current;
        if (Check(memberId, instanceId) is var error and not KafkaError.None)
            return error;
        Remove(_members[memberId]);
        return KafkaError.None;
    }

    private static bool Differs(string? asked, string? present) => asked is not null && asked != present;

    private void Assign(List<SyncGroupRequest.SyncGroupRequestAssignment> assignments)
    {
        var shares = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var share in assignments)
            shares[share.MemberId] = share.Assignment;
        foreach (var member in _members.Values)
            member.Assignment = shares.GetValueOrDefault(member.Id, []);
        State = GroupState.Stable;
        Changed();
        foreach (var member in _members.Values)
        {
            if (member.TryAnswerSync(Synced(member)))
                KeepAlive(member);
        }
    }

    private SyncGroupResponse Synced(GroupMember member) =>
        new() { ProtocolType = ProtocolType, ProtocolName = Protocol, Assignment = member.Assignment };

    private void Changed() => _changed(this);
}
