using Hermes.KafkaEmulator.Apis;
using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>How a member comes in, or comes back.</summary>
internal sealed partial class ClassicGroup
{
    // From here on a member gets its name in a first answer and comes back with it, so that retries leave no ghosts behind.
    private const short FirstVersionThatNamesFirst = 4;

    // From here on a static leader that comes back can be told that nobody waits for an assignment.
    private const short FirstVersionThatSkipsAssignment = 9;

    public Task<JoinGroupResponse> JoinAsync(JoinGroupRequest request, RequestContext context)
    {
        var protocols = request.Protocols.ConvertAll(protocol => new MemberProtocol(protocol.Name, protocol.Metadata));
        if (!Supports(request.ProtocolType, protocols))
            return Refused(request.MemberId, KafkaError.InconsistentGroupProtocol);
        if (request.MemberId.Length > 0)
            return RejoinAsync(request, protocols, context);
        if (request.GroupInstanceId is { } instance)
        {
            var id = $"{instance}-{Guid.NewGuid()}";
            return _instances.TryGetValue(instance, out var former)
                ? ReplaceAsync(_members[former], id, request, protocols, context)
                : AdmitAsync(id, request, protocols, context);
        }

        var named = $"{context.ClientId}-{Guid.NewGuid()}";
        if (context.Version < FirstVersionThatNamesFirst)
            return AdmitAsync(named, request, protocols, context);
        var expiry = new Deadline(() => ForgetPending(named));
        _pending.Add(named, expiry);
        _deadlines.Set(expiry, TimeSpan.FromMilliseconds(request.SessionTimeoutMs));
        return Refused(named, KafkaError.MemberIdRequired);
    }

    private static Task<JoinGroupResponse> Refused(string memberId, KafkaError error) =>
        Task.FromResult(new JoinGroupResponse { ErrorCode = error, MemberId = memberId });

    private static void Update(GroupMember member, JoinGroupRequest request, List<MemberProtocol> protocols)
    {
        member.Protocols = protocols;
        member.SessionTimeout = TimeSpan.FromMilliseconds(request.SessionTimeoutMs);
        // Version 0 knows one time-out for both.
        member.RebalanceTimeout = request.RebalanceTimeoutMs < 0
            ? member.SessionTimeout
            : TimeSpan.FromMilliseconds(request.RebalanceTimeoutMs);
    }

    private bool Supports(string type, List<MemberProtocol> protocols)
    {
        if (State is GroupState.Empty)
            return type.Length > 0 && protocols.Count > 0;
        return type == ProtocolType
            && protocols.Exists(protocol => _members.Values.All(member => member.Protocols.Exists(known => known.Name == protocol.Name)));
    }

    private Task<JoinGroupResponse> AdmitAsync(string id, JoinGroupRequest request, List<MemberProtocol> protocols, RequestContext context)
    {
        var member = NewMember(id, request.GroupInstanceId, context.ClientId, context.ClientHost);
        Update(member, request, protocols);
        if (_members.Count == 0)
            ProtocolType = request.ProtocolType;
        _joinedMeanwhile |= State is GroupState.PreparingRebalance && Generation == 0;
        Add(member);
        // It does not know its name before the answer, so it cannot send heartbeats.
        _deadlines.Set(member.Session, NewMemberBudget);
        var answer = member.WhenJoinedAsync();
        JoinNextGeneration();
        return answer;
    }

    private Task<JoinGroupResponse> RejoinAsync(JoinGroupRequest request, List<MemberProtocol> protocols, RequestContext context)
    {
        if (_pending.Remove(request.MemberId, out var expiry))
        {
            expiry.Clear();
            return AdmitAsync(request.MemberId, request, protocols, context);
        }

        if (Check(request.MemberId, request.GroupInstanceId) is var error and not KafkaError.None)
            return Refused(request.MemberId, error);
        var member = _members[request.MemberId];
        var nothingNew = member.HasSameProtocols(protocols) && State switch
        {
            // The answer to its join was lost.
            GroupState.CompletingRebalance => true,
            // A leader rejoins to assign anew; a follower without news only learns where the group stands.
            GroupState.Stable => member.Id != _leader,
            _ => false,
        };
        if (nothingNew)
        {
            KeepAlive(member);
            return Task.FromResult(Joined(member, State is GroupState.CompletingRebalance && member.Id == _leader));
        }

        Update(member, request, protocols);
        var answer = member.WhenJoinedAsync();
        JoinNextGeneration();
        return answer;
    }

    /// <summary>A static member was restarted: it gets a new name and the old place. Nobody else notices, unless it changed its
    /// protocols.</summary>
    private Task<JoinGroupResponse> ReplaceAsync(
        GroupMember former, string id, JoinGroupRequest request, List<MemberProtocol> protocols, RequestContext context)
    {
        var formerLeader = _leader;
        var member = NewMember(id, request.GroupInstanceId, context.ClientId, context.ClientHost);
        Update(member, request, protocols);
        (member.Assignment, member.IsNew) = (former.Assignment, false);
        var place = _members.IndexOf(former.Id);
        former.Session.Clear();
        former.TryAnswerJoin(new() { ErrorCode = KafkaError.FencedInstanceId, MemberId = former.Id });
        former.TryAnswerSync(new() { ErrorCode = KafkaError.FencedInstanceId });
        _members.Remove(former.Id);
        _members.Insert(place, id, member);
        _instances[request.GroupInstanceId!] = id;
        if (_unsynced.Remove(former.Id))
            _unsynced.Add(id);
        if (_leader == former.Id)
            _leader = id;
        KeepAlive(member);

        if (State is GroupState.Stable && ChooseProtocol() == Protocol)
        {
            Changed();
            if (context.Version < FirstVersionThatSkipsAssignment)
                // Named after its former self, it does not take itself for the leader and assign anew.
                return Task.FromResult(Joined(member, withMembers: false, leader: formerLeader));
            var leads = _leader == id;
            return Task.FromResult(Joined(member, withMembers: leads, skipAssignment: leads));
        }

        var answer = member.WhenJoinedAsync();
        JoinNextGeneration();
        return answer;
    }

    private void ForgetPending(string memberId)
    {
        if (_pending.Remove(memberId) && State is GroupState.PreparingRebalance)
            CompleteJoinPhaseIfAllJoined();
    }

    private JoinGroupResponse Joined(GroupMember member, bool withMembers, bool skipAssignment = false, string? leader = null) => new()
    {
        GenerationId = Generation,
        ProtocolType = ProtocolType,
        ProtocolName = Protocol,
        Leader = leader ?? _leader ?? "",
        MemberId = member.Id,
        SkipAssignment = skipAssignment,
        Members = withMembers ? [.. _members.Values.Select(Described)] : [],
    };

    private JoinGroupResponse.JoinGroupResponseMember Described(GroupMember member) =>
        new() { MemberId = member.Id, GroupInstanceId = member.InstanceId, Metadata = member.MetadataFor(Protocol) };
}
