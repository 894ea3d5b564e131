using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Groups;

/// <summary>
/// One group of the classic protocol: members join, one of them leads and assigns, all fetch their share, and start over whenever
/// somebody comes, goes or changes its mind.
/// </summary>
/// <remarks>Every member of this class is called under the coordinator's lock. Answers complete on other threads.</remarks>
internal sealed partial class ClassicGroup
{
    // What a member may take from the answer to its first join to its next sign of life; as in Kafka.
    private static readonly TimeSpan NewMemberBudget = TimeSpan.FromMinutes(5);

    private readonly GroupOptions _options;
    private readonly Deadlines _deadlines;
    private readonly TimeProvider _clock;
    private readonly Action<ClassicGroup> _changed;
    private readonly OrderedDictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _instances = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deadline> _pending = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unsynced = new(StringComparer.Ordinal);
    private readonly Deadline _joinPhase;
    private readonly Deadline _syncPhase;
    private HashSet<string>? _subscribed = new(StringComparer.Ordinal);
    private string? _leader;
    private DateTimeOffset _emptySince;

    /// <param name="id">Its name.</param>
    /// <param name="options">The coordinator's settings.</param>
    /// <param name="deadlines">Where its sessions and phases end.</param>
    /// <param name="clock">The time of day.</param>
    /// <param name="changed">Called when what a restart should know has changed: there is an assignment, or nobody left.</param>
    public ClassicGroup(string id, GroupOptions options, Deadlines deadlines, TimeProvider clock, Action<ClassicGroup> changed)
    {
        (Id, _options, _deadlines, _clock, _changed) = (id, options, deadlines, clock, changed);
        _emptySince = clock.GetUtcNow();
        _joinPhase = new Deadline(EndJoinPhase);
        _syncPhase = new Deadline(EndSyncPhase);
    }

    public string Id { get; }

    public GroupState State { get; private set; } = GroupState.Empty;

    public int Generation { get; private set; }

    /// <summary>What kind of group it is (<c>consumer</c>); null while only offsets were ever committed.</summary>
    public string? ProtocolType { get; private set; }

    /// <summary>The assignment protocol of this generation.</summary>
    public string? Protocol { get; private set; }

    public OffsetTable Offsets { get; } = new();

    public IEnumerable<GroupMember> Members => _members.Values;

    /// <summary>Whether somebody was given a name and has not joined with it yet.</summary>
    public bool AwaitsMembers => _pending.Count > 0;

    /// <summary>Whether a generation with members reads the topic; when a member's data could not be read, it may.</summary>
    public bool IsSubscribedTo(string topic) => _subscribed?.Contains(topic) ?? true;

    /// <summary>Whether the member is who it says it is.</summary>
    private KafkaError Check(string memberId, string? instanceId)
    {
        if (instanceId is null)
            return _members.ContainsKey(memberId) ? KafkaError.None : KafkaError.UnknownMemberId;
        if (!_instances.TryGetValue(instanceId, out var current))
            return KafkaError.UnknownMemberId;
        return current == memberId ? KafkaError.None : KafkaError.FencedInstanceId;
    }

    private KafkaError Check(string memberId, string? instanceId, int generation) => Check(memberId, instanceId) switch
    {
        KafkaError.None when generation != Generation => KafkaError.IllegalGeneration,
        var error => error,
    };

    private void KeepAlive(GroupMember member) => _deadlines.Set(member.Session, member.SessionTimeout);

    private void EndSession(GroupMember member)
    {
        if (_members.TryGetValue(member.Id, out var present) && present == member && !member.IsKnownToWait)
            Remove(member);
    }

    private GroupMember NewMember(string id, string? instanceId, string clientId, string clientHost)
    {
        GroupMember member = null!;
        member = new(id, instanceId, clientId, clientHost, new Deadline(() => EndSession(member)));
        return member;
    }

    private void Add(GroupMember member)
    {
        _members.Add(member.Id, member);
        if (member.InstanceId is not null)
            _instances[member.InstanceId] = member.Id;
        _leader ??= member.Id;
    }

    /// <summary>Takes the member out; those who remain start over.</summary>
    private void Remove(GroupMember member)
    {
        Forget(member);
        if (State is GroupState.PreparingRebalance)
            CompleteJoinPhaseIfAllJoined();
        else if (State is GroupState.Stable or GroupState.CompletingRebalance)
            PrepareRebalance();
    }

    private void Forget(GroupMember member)
    {
        member.Session.Clear();
        member.TryAnswerJoin(new() { ErrorCode = KafkaError.UnknownMemberId });
        member.TryAnswerSync(new() { ErrorCode = KafkaError.UnknownMemberId });
        _members.Remove(member.Id);
        _unsynced.Remove(member.Id);
        if (member.InstanceId is not null)
            _instances.Remove(member.InstanceId);
        if (_leader == member.Id)
            _leader = _members.Count > 0 ? _members.GetAt(0).Key : null;
    }
}
