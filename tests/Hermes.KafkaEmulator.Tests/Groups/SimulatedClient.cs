using Hermes.KafkaEmulator.Protocol;
using Hermes.KafkaEmulator.Protocol.Messages;

namespace Hermes.KafkaEmulator.Tests.Groups;

/// <summary>A consumer that follows the protocol, one step at a time.</summary>
internal sealed class SimulatedClient(TestGroup group, string? instance)
{
    private readonly TestGroup.TestMember _member = group.Member(instance, sessionSeconds: 10, rebalanceSeconds: 15);
    private Task<JoinGroupResponse>? _joining;
    private Task<SyncGroupResponse>? _syncing;

    public string? Instance => instance;

    public int Generation => _member.Generation;

    public bool IsSteady { get; private set; }

    /// <summary>Another client took its place: it gives up, as a consumer does.</summary>
    public bool IsFenced { get; private set; }

    public int AssignmentLength { get; private set; } = -1;

    public void Step()
    {
        if (IsFenced)
            return;
        if (_joining is not null)
            AfterJoin();
        else if (_syncing is not null)
            AfterSync();
        else if (IsSteady)
            Obey(_member.Beat());
        else
            _joining = _member.Join();
    }

    public void Leave() => group.Coordinator.Leave(TestGroup.Id, [(_member.Id, instance)]);

    public override string ToString() =>
        $"{_member.Id} of {Generation}{(IsSteady ? " steady" : "")}{(_joining is null ? "" : " joining")}{(_syncing is null ? "" : " syncing")}";

    private void AfterJoin()
    {
        if (!_joining!.IsCompleted)
            return;
        var joined = _joining.Now();
        _joining = null;
        if (joined.ErrorCode is KafkaError.MemberIdRequired)
        {
            _member.Id = joined.MemberId;
        }
        else if (joined.ErrorCode is KafkaError.None)
        {
            (_member.Id, _member.Generation) = (joined.MemberId, joined.GenerationId);
            // The leader's list names the others; each is given something.
            _syncing = joined.SkipAssignment ? _member.Sync() : _member.Sync(joined.Members.Select(member => group.Named(member.MemberId)));
        }
        else
        {
            Obey(joined.ErrorCode);
        }
    }

    private void AfterSync()
    {
        if (!_syncing!.IsCompleted)
            return;
        var synced = _syncing.Now();
        _syncing = null;
        IsSteady = synced.ErrorCode is KafkaError.None;
        AssignmentLength = synced.Assignment.Length;
        Obey(synced.ErrorCode);
    }

    private void Obey(KafkaError error)
    {
        if (error is KafkaError.None)
            return;
        IsSteady = false;
        if (error is KafkaError.UnknownMemberId or KafkaError.IllegalGeneration)
            (_member.Id, _member.Generation) = ("", -1);
        else if (error is KafkaError.FencedInstanceId)
            IsFenced = true;
        else
            Assert.Equal(KafkaError.RebalanceInProgress, error);
    }
}
