using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>What administrators ask: which groups there are, who is in them, and to delete one.</summary>
internal sealed partial class GroupCoordinator
{
    private const string ClassicType = "classic";

    /// <summary>The groups in these states and of these types; an empty filter lets all through.</summary>
    public List<ListGroupsResponse.ListedGroup> List(IReadOnlyCollection<string> states, IReadOnlyCollection<string> types)
    {
        if (types.Count > 0 && !types.Contains(ClassicType, StringComparer.OrdinalIgnoreCase))
            return [];
        lock (_lock)
        {
            return [.. _groups.All
                .Where(group => states.Count == 0 || states.Contains(group.State.ToString(), StringComparer.OrdinalIgnoreCase))
                .Select(group => new ListGroupsResponse.ListedGroup
                {
                    GroupId = group.Id,
                    ProtocolType = group.ProtocolType ?? "",
                    GroupState = group.State.ToString(),
                    GroupType = ClassicType,
                })];
        }
    }

    /// <summary>A group with its members; one that is not there is described as dead.</summary>
    public DescribeGroupsResponse.DescribedGroup Describe(string groupId)
    {
        lock (_lock)
        {
            if (_groups.Find(groupId) is not { } group)
                return new() { GroupId = groupId, GroupState = nameof(GroupState.Dead) };
            // Between two generations nobody's data or share stands.
            var stable = group.State is GroupState.Stable;
            return new()
            {
                GroupId = groupId,
                GroupState = group.State.ToString(),
                ProtocolType = group.ProtocolType ?? "",
                ProtocolData = stable ? group.Protocol ?? "" : "",
                Members = [.. group.Members.Select(member => new DescribeGroupsResponse.DescribedGroupMember
                {
                    MemberId = member.Id,
                    GroupInstanceId = member.InstanceId,
                    ClientId = member.ClientId,
                    ClientHost = member.ClientHost,
                    MemberMetadata = stable ? member.MetadataFor(group.Protocol) : [],
                    MemberAssignment = stable ? member.Assignment : [],
                })],
            };
        }
    }

    /// <summary>Deletes a group that has no members, with its offsets.</summary>
    public KafkaError Delete(string groupId)
    {
        lock (_lock)
        {
            if (_groups.Find(groupId) is not { } group)
                return KafkaError.GroupIdNotFound;
            if (group.State is not GroupState.Empty)
                return KafkaError.NonEmptyGroup;
            _groups.Remove(groupId);
            _journal.GroupGone(groupId);
            return KafkaError.None;
        }
    }
}
