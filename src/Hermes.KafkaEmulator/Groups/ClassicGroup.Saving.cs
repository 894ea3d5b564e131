using Hermes.KafkaEmulator.Protocol;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>What of a group outlives a restart: its generation with its members, who go on without noticing.</summary>
internal sealed partial class ClassicGroup
{
    public void Save(ProtocolWriter writer)
    {
        writer.WriteInt32(Generation);
        writer.WriteInt64(_emptySince.ToUnixTimeMilliseconds());
        writer.WriteNullableString(ProtocolType, flexible: true);
        writer.WriteNullableString(Protocol, flexible: true);
        writer.WriteNullableString(_leader, flexible: true);
        writer.WriteArrayLength(_members.Count, flexible: true);
        foreach (var member in _members.Values)
        {
            writer.WriteString(member.Id, flexible: true);
            writer.WriteNullableString(member.InstanceId, flexible: true);
            writer.WriteString(member.ClientId, flexible: true);
            writer.WriteString(member.ClientHost, flexible: true);
            writer.WriteInt64(member.SessionTimeout.Ticks);
            writer.WriteInt64(member.RebalanceTimeout.Ticks);
            writer.WriteArrayLength(member.Protocols.Count, flexible: true);
            foreach (var protocol in member.Protocols)
            {
                writer.WriteString(protocol.Name, flexible: true);
                writer.WriteBytes(protocol.Metadata, flexible: true);
            }

            writer.WriteBytes(member.Assignment, flexible: true);
        }
    }

    /// <summary>Puts the group back to a saved generation.</summary>
    public void Restore(ProtocolReader reader)
    {
        foreach (var former in _members.Values)
            former.Session.Clear();
        _members.Clear();
        _instances.Clear();
        Generation = reader.ReadInt32();
        _emptySince = DateTimeOffset.FromUnixTimeMilliseconds(reader.ReadInt64());
        ProtocolType = reader.ReadNullableString(flexible: true);
        Protocol = reader.ReadNullableString(flexible: true);
        var leader = reader.ReadNullableString(flexible: true);
        foreach (var member in reader.ReadArray(version: 0, flexible: true, (from, _) => RestoreMember(from)))
        {
            Add(member);
            KeepAlive(member);
        }

        _leader = leader;
        _subscribed = Subscriptions.Of(this);
        State = _members.Count > 0 ? GroupState.Stable : GroupState.Empty;
    }

    private GroupMember RestoreMember(ProtocolReader reader)
    {
        var id = reader.ReadString(flexible: true);
        var instance = reader.ReadNullableString(flexible: true);
        var member = NewMember(id, instance, reader.ReadString(flexible: true), reader.ReadString(flexible: true));
        member.IsNew = false;
        member.SessionTimeout = TimeSpan.FromTicks(reader.ReadInt64());
        member.RebalanceTimeout = TimeSpan.FromTicks(reader.ReadInt64());
        member.Protocols = reader.ReadArray(version: 0, flexible: true,
            (from, _) => new MemberProtocol(from.ReadString(flexible: true), from.ReadBytes(flexible: true)));
        member.Assignment = reader.ReadBytes(flexible: true);
        return member;
    }
}
